/// A carrier and a realtime engine as they behave on the wire, with faults on request. The demo, the command line, the
/// benchmark and the tests talk to them exactly as they would to the real services.
@NullMarked
package io.offhook.simulator;

import org.jspecify.annotations.NullMarked;
