package io.offhook.crm;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.PhoneNumber;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class EarlierCallsTest {
    private static final Instant NOON = Instant.parse("2026-03-20T12:00:00Z");
    private static final PhoneNumber NUMBER = new PhoneNumber("+14155550123");
    private static final LastContact ORDER = new LastContact("order AB7492", NOON.minusSeconds(600));

    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void ends() {
        workers.shutdownNow();
    }

    private Optional<LastContact> found(Contacts contacts, Optional<PhoneNumber> from, StirVerdict verdict)
            throws Exception {
        return new EarlierCalls(contacts, workers, InstantSource.fixed(NOON))
                .start(from, verdict)
                .get(10, SECONDS);
    }

    @Test
    void whoever_calls_again_within_the_hour_is_known_by_the_last_contact() throws Exception {
        var found = found(
                (number, since) -> number.equals(NUMBER) && since.equals(NOON.minusSeconds(3600))
                        ? Optional.of(ORDER)
                        : Optional.empty(),
                Optional.of(NUMBER),
                StirVerdict.NONE);

        assertThat(found.map(Caller::returning).map(Caller::facts))
                .contains(Map.of("caller.last_topic", "order AB7492"));
    }

    @Test
    void a_number_that_is_withheld_or_borrowed_has_never_called() throws Exception {
        assertThat(found((_, _) -> Optional.of(ORDER), Optional.empty(), StirVerdict.NONE)).isEmpty();
        assertThat(found((_, _) -> Optional.of(ORDER), Optional.of(new PhoneNumber("+266696687")), StirVerdict.NONE))
                .isEmpty();
        assertThat(found((_, _) -> Optional.of(ORDER), Optional.of(NUMBER), StirVerdict.FAILED)).isEmpty();
    }

    @Test
    void a_memory_that_fails_remembers_nothing() throws Exception {
        Contacts broken = (_, _) -> {
            throw new CrmFailure("store_failed", "no");
        };
        Contacts faulty = (_, _) -> {
            throw new IllegalStateException("a bug");
        };

        assertThat(found(broken, Optional.of(NUMBER), StirVerdict.NONE)).isEmpty();
        assertThat(found(faulty, Optional.of(NUMBER), StirVerdict.NONE)).isEmpty();
    }

    @Test
    void a_server_that_goes_down_remembers_nothing() throws Exception {
        workers.shutdownNow();

        assertThat(found((_, _) -> Optional.of(ORDER), Optional.of(NUMBER), StirVerdict.NONE)).isEmpty();
    }
}
