package io.offhook.telephony.twilio;

import io.offhook.call.PhoneNumber;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Carries a caller's number from one of Twilio's requests to the next in an address, which others may read: addresses
/// stand in logs and in Twilio's debugger. AES-GCM with a key that all nodes derive from the account's token, so any
/// of them can open what another has closed, also while tokens are rotated. Any thread.
final class NumberSeal {
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final int LONGEST = 100;

    private final SecureRandom random = new SecureRandom();
    private final List<SecretKeySpec> keys;

    NumberSeal(TwilioSettings settings) {
        // Without a token requests are not signed either, and come from this machine only.
        var secrets = settings.tokens().isEmpty() ? Stream.of(settings.accountSid()) : settings.tokens().stream();
        this.keys = secrets.map(NumberSeal::key).toList();
    }

    /// Letters, digits, dashes and underscores.
    String close(PhoneNumber number) {
        var nonce = new byte[NONCE];
        random.nextBytes(nonce);
        try {
            var text = number.e164().getBytes(StandardCharsets.US_ASCII);
            var sealed = cipher(Cipher.ENCRYPT_MODE, keys.getFirst(), nonce).doFinal(text);
            var all = Arrays.copyOf(nonce, NONCE + sealed.length);
            System.arraycopy(sealed, 0, all, NONCE, sealed.length);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES in Galois mode", e);
        }
    }

    /// Empty for what was not closed by one of the keys.
    Optional<PhoneNumber> open(String sealed) {
        if (sealed.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            var all = Base64.getUrlDecoder().decode(sealed);
            return keys.stream().flatMap(key -> open(key, all).stream()).findFirst();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Optional<PhoneNumber> open(SecretKeySpec key, byte[] all) {
        if (all.length <= NONCE) {
            return Optional.empty();
        }
        try {
            var text = cipher(Cipher.DECRYPT_MODE, key, Arrays.copyOf(all, NONCE))
                    .doFinal(all, NONCE, all.length - NONCE);
            return PhoneNumber.parse(new String(text, StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException _) {
            return Optional.empty();
        }
    }

    private static Cipher cipher(int mode, SecretKeySpec key, byte[] nonce) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }

    private static SecretKeySpec key(String secret) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return new SecretKeySpec(mac.doFinal("offhook number".getBytes(StandardCharsets.US_ASCII)), "AES");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
