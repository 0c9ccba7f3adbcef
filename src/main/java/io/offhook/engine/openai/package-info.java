/// OpenAI Realtime, the GA interface over WebSocket. Start reading at `OpenAiWire` (text to events and back), then
/// `OpenAiSession` (the life of one session).
@org.jspecify.annotations.NullMarked
package io.offhook.engine.openai;
