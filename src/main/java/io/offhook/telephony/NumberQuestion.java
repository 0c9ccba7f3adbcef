package io.offhook.telephony;

import io.offhook.call.PhoneNumber;
import java.util.Optional;

/// Which question a caller is asked at a step that asks for a number. It comes back with the reply, on whatever node.
///
/// @param again whether the caller is asked for the second time
/// @param heard a number that the caller has said, and is asked to confirm
public record NumberQuestion(boolean again, Optional<PhoneNumber> heard) {
    public static final NumberQuestion FIRST = new NumberQuestion(false, Optional.empty());

    public NumberQuestion onceMore() {
        return new NumberQuestion(true, Optional.empty());
    }

    public NumberQuestion confirming(PhoneNumber number) {
        return new NumberQuestion(again, Optional.of(number));
    }
}
