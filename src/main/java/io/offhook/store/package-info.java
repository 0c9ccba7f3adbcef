/// Ports to durable storage: the log of calls. Nothing here is ever in the audio path.
@org.jspecify.annotations.NullMarked
package io.offhook.store;
