/// The engine of OpenAI's Realtime API (GA), over a WebSocket.
@org.jspecify.annotations.NullMarked
package io.offhook.engine.openai;
