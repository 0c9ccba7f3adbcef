/// Port to a realtime speech engine: one session holds one conversation.
@org.jspecify.annotations.NullMarked
package io.offhook.engine;
