/// A phone network and a realtime engine to try Offhook against: as strict on the wire as the real ones, with callers
/// who have a voice, people who answer or do not, and faults on order. Shares no code with the server, so that the two
/// cannot be wrong together.
@org.jspecify.annotations.NullMarked
package io.offhook.simulator;
