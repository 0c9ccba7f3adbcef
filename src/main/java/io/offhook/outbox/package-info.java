/// Tells others what happened in a call: who is to hear of it, and delivering it until they have.
@org.jspecify.annotations.NullMarked
package io.offhook.outbox;
