package io.offhook;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/// Made-up values for what must hold whatever the values are. Every run makes others, with a liking for edges; a
/// failure names the seed, and `-Doffhook.seed=` with that number makes the same values again in the first try.
public final class Samples {
    /// What must hold.
    public interface Property {
        void holds(Samples some) throws Exception;
    }

    private static final String SEED = "offhook.seed";
    private static final int EDGES_OUT_OF_10 = 2;

    private final Random random;

    private Samples(long seed) {
        // Neighbouring seeds begin with much the same numbers.
        random = new Random(seed * 0x9E3779B97F4A7C15L);
    }

    public static void forAll(int tries, Property property) {
        long first = Long.getLong(SEED, System.nanoTime() & 0xFFFF_FFFFL);
        for (int i = 0; i < tries; i++) {
            try {
                property.holds(new Samples(first + i));
            } catch (Exception | AssertionError e) {
                throw new AssertionError("does not hold in try " + (i + 1) + ": see it again with -D" + SEED + "="
                        + (first + i) + "\n" + e.getMessage(), e);
            }
        }
    }

    public boolean yes() {
        return random.nextBoolean();
    }

    public int between(int least, int most) {
        return (int) between((long) least, most);
    }

    public long between(long least, long most) {
        if (random.nextInt(10) < EDGES_OUT_OF_10) {
            return random.nextBoolean()
                    ? least + Math.min(most - least, random.nextInt(2))
                    : most - Math.min(most - least, random.nextInt(2));
        }
        // Small numbers are as likely as large ones.
        long span = random.nextBoolean() ? most - least : Math.min(most - least, 20);
        return least + (span == Long.MAX_VALUE ? random.nextLong(span) : random.nextLong(span + 1));
    }

    @SafeVarargs
    public final <T> T of(T... values) {
        return values[random.nextInt(values.length)];
    }

    public <T> List<T> list(int mostLong, Supplier<T> each) {
        var made = new ArrayList<T>();
        for (int left = between(0, mostLong); left > 0; left--) {
            made.add(each.get());
        }
        return made;
    }

    /// Any characters between the two, both included.
    public String text(int mostLong, char first, char last) {
        var text = new StringBuilder();
        for (int left = between(0, mostLong); left > 0; left--) {
            text.append((char) between((int) first, (int) last));
        }
        return text.toString();
    }

    /// Any characters there are, halves of pairs and control characters among them.
    public String text(int mostLong) {
        var text = new StringBuilder();
        for (int left = between(0, mostLong); left > 0; left--) {
            text.append(
                    switch (random.nextInt(4)) {
                        case 0 -> (char) between(' ', '~');
                        case 1 -> (char) between(0, 0xFF);
                        case 2 -> (char) between(0xD700, 0xE0FF);
                        default -> (char) between(0, 0xFFFF);
                    });
        }
        return text.toString();
    }

    public byte[] bytes(int leastLong, int mostLong) {
        var bytes = new byte[between(leastLong, mostLong)];
        random.nextBytes(bytes);
        return bytes;
    }
}
