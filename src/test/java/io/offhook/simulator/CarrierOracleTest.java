package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.twilio.exception.ApiException;
import com.twilio.http.HttpClient;
import com.twilio.http.Request;
import com.twilio.http.Response;
import com.twilio.http.TwilioRestClient;
import com.twilio.rest.api.v2010.Account;
import com.twilio.rest.api.v2010.account.Call;
import com.twilio.rest.api.v2010.account.IncomingPhoneNumber;
import com.twilio.rest.api.v2010.account.conference.Participant;
import com.twilio.type.PhoneNumber;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Twilio's own SDK takes the simulator for Twilio.
class CarrierOracleTest {
    private static final String ACCOUNT = "AC00000000000000000000000000000001";
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final String OURS = "+14155550199";
    private static final String BOB = "+14155550101";

    private final SimulatedCarrier carrier = SimulatedCarrier.builder().restPort(0).start();
    private final CarrierNumber number = carrier.account().add(OURS);
    private final TwilioRestClient sdk = new TwilioRestClient.Builder(ACCOUNT, TOKEN)
            .httpClient(new Redirected(carrier.restUrl()))
            .build();

    @AfterEach
    void close() {
        carrier.close();
    }

    @Test
    void the_sdk_reads_the_account() {
        var account = Account.fetcher(ACCOUNT).fetch(sdk);

        assertThat(account.getType()).isEqualTo(Account.Type.FULL);
        assertThat(account.getStatus()).isEqualTo(Account.Status.ACTIVE);
    }

    @Test
    void the_sdk_finds_numbers_through_all_pages_and_sets_one_up() {
        for (int i = 0; i < 60; i++) {
            carrier.account().add("+141555502" + (10 + i));
        }

        var all = IncomingPhoneNumber.reader().read(sdk);
        var updated = IncomingPhoneNumber.updater(number.sid())
                .setVoiceUrl(URI.create("https://voice.example.com/voice/incoming"))
                .setVoiceMethod(com.twilio.http.HttpMethod.POST)
                .update(sdk);

        assertThat(all).hasSize(61);
        assertThat(updated.getVoiceUrl()).hasToString("https://voice.example.com/voice/incoming");
        assertThat(updated.getPhoneNumber()).hasToString(OURS);
        assertThat(updated.getCapabilities().getVoice()).isTrue();
        assertThat(number.setting("VoiceUrl")).isEqualTo("https://voice.example.com/voice/incoming");
    }

    @Test
    void the_sdk_places_a_call_and_ends_it() {
        carrier.humans().answer(BOB, Duration.ofSeconds(500));

        var call = Call.creator(
                        new PhoneNumber(BOB),
                        new PhoneNumber(OURS),
                        new com.twilio.type.Twiml("<Response><Hangup/></Response>"))
                .setTimeout(600)
                .create(sdk);
        var ended = Call.updater(call.getSid())
                .setStatus(Call.UpdateStatus.CANCELED)
                .update(sdk);

        assertThat(call.getDirection()).isEqualTo("outbound-api");
        assertThat(ended.getSid()).isEqualTo(call.getSid());
    }

    @Test
    void the_sdk_sees_who_is_in_a_conference() {
        var conference = carrier.account().conference("transfer-1", Sids.random("CA"), Sids.random("CA"));

        var members = Participant.reader(conference.sid()).read(sdk);

        assertThat(members)
                .hasSize(2)
                .allSatisfy(member -> assertThat(member.getStatus()).isEqualTo(Participant.Status.CONNECTED));
    }

    @Test
    void the_sdk_understands_what_went_wrong() {
        var fetcher = IncomingPhoneNumber.fetcher("PN404");

        assertThatThrownBy(() -> fetcher.fetch(sdk))
                .isInstanceOfSatisfying(ApiException.class, error -> {
                    assertThat(error.getCode()).isEqualTo(20404);
                    assertThat(error.getStatusCode()).isEqualTo(404);
                });
    }

    /// The SDK's requests as they are, but to this machine.
    private static final class Redirected extends HttpClient {
        private final URI to;
        private final java.net.http.HttpClient http = java.net.http.HttpClient.newHttpClient();

        Redirected(URI to) {
            this.to = to;
        }

        @Override
        public Response makeRequest(Request request) {
            var target = request.constructURL().toString().replaceFirst("^https://[^/]+", to.toString());
            var form = HttpRequest.BodyPublishers.ofString(request.encodeFormBody());
            var sent = HttpRequest.newBuilder(URI.create(target))
                    .header("Authorization", request.getAuthString())
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .method(request.getMethod().toString(), form)
                    .build();
            try {
                var answer = http.send(sent, HttpResponse.BodyHandlers.ofString());
                return new Response(answer.body(), answer.statusCode());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }
}
