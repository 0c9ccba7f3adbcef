/// The conversation: its state, what can happen to it, and what is to be done about it. Pure: no I/O, threads, clock,
/// JSON, logging or metrics; imports `java.*` only. Start reading at `CallMachine`.
@org.jspecify.annotations.NullMarked
package io.offhook.call;
