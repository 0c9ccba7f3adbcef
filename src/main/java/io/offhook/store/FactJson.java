package io.offhook.store;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import io.offhook.call.CallId;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.PhoneNumber;
import java.util.Arrays;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.NamedType;

/// Facts and handoffs as one line of JSON each, for the spill file and for columns that hold a whole value. A type is
/// named by its simple class name, so renaming a fact or a cause leaves older lines unreadable. Any thread.
public final class FactJson {
    private final JsonMapper mapper;

    public FactJson() {
        var builder = JsonMapper.builder()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .addMixIn(Fact.class, Typed.class)
                .addMixIn(HandoffCause.class, Typed.class)
                .addMixIn(CallId.class, PlainCallId.class)
                .addMixIn(PhoneNumber.class, PlainPhoneNumber.class);
        for (var sealed : new Class<?>[] {Fact.class, HandoffCause.class}) {
            Arrays.stream(sealed.getPermittedSubclasses())
                    .map(type -> new NamedType(type, type.getSimpleName()))
                    .forEach(builder::registerSubtypes);
        }
        this.mapper = builder.build();
    }

    public String write(Fact fact) {
        return mapper.writerFor(Fact.class).writeValueAsString(fact);
    }

    /// @throws StoreException when the line is torn or of a type that is not known
    public Fact read(String line) {
        try {
            return mapper.readValue(line, Fact.class);
        } catch (JacksonException e) {
            // Jackson's own message quotes the text, which holds a caller's words.
            throw StoreException.refusal(
                    "read a stored fact",
                    new IllegalArgumentException(e.getClass().getName()));
        }
    }

    public String write(Handoff handoff) {
        return mapper.writeValueAsString(handoff);
    }

    public Handoff readHandoff(String text) {
        try {
            return mapper.readValue(text, Handoff.class);
        } catch (JacksonException e) {
            throw StoreException.refusal(
                    "read a stored handoff",
                    new IllegalArgumentException(e.getClass().getName()));
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    private interface Typed {}

    private abstract static class PlainCallId {
        @SuppressWarnings("unused") // Jackson reads the shape, nobody calls it.
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        PlainCallId(String value) {}

        @JsonValue
        abstract String value();
    }

    private abstract static class PlainPhoneNumber {
        @SuppressWarnings("unused") // Jackson reads the shape, nobody calls it.
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        PlainPhoneNumber(String e164) {}

        @JsonValue
        abstract String e164();
    }
}
