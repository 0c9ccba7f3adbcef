/// A phone network to try Offhook against: a carrier that is as strict as Twilio, callers with a voice, people who
/// answer or do not, and faults on order. It shares no code with the server, so that the two cannot be wrong together.
@org.jspecify.annotations.NullMarked
package io.offhook.simulator;
