package io.offhook.crm.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.offhook.call.PhoneNumber;
import io.offhook.crm.Caller;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// One row of the operator's customers. Prints masked.
public record Customer(PhoneNumber phone, Caller caller) {

    /// The id of a customer who came without one: the same for the same number, and it does not tell the number.
    static String idOf(PhoneNumber phone) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(("offhook customer " + phone.e164()).getBytes(UTF_8));
            return "c-" + HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "Customer[" + phone + "]";
    }
}
