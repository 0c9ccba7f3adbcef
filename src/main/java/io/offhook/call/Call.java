package io.offhook.call;

import java.util.Optional;

/// placeholder
public record Call(CallId id, CallRules rules, Optional<PhoneNumber> caller) {}
