/// Ports to the phone network: how calls arrive (`Switchboard`) and how a caller hears us (`Leg`).
@org.jspecify.annotations.NullMarked
package io.offhook.telephony;
