package io.offhook.config;

import java.util.List;
import java.util.stream.Collectors;

/// The configuration can't be used. Carries every mistake found, in the order of the file; the message lists them all.
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Mistake> mistakes;

    private final boolean onlyMissing;

    public ConfigException(List<Mistake> mistakes) {
        this(mistakes, false);
    }

    private ConfigException(List<Mistake> mistakes, boolean onlyMissing) {
        super(mistakes.stream().map(Mistake::toString).collect(Collectors.joining("\n")));
        if (mistakes.isEmpty()) {
            throw new IllegalArgumentException("a ConfigException needs at least one mistake");
        }
        this.mistakes = List.copyOf(mistakes);
        this.onlyMissing = onlyMissing;
    }

    /// Nothing is wrong with what is there, but keys are missing.
    public static ConfigException missing(List<Mistake> missing) {
        return new ConfigException(missing, true);
    }

    public boolean onlyMissing() {
        return onlyMissing;
    }

    public List<Mistake> mistakes() {
        return mistakes;
    }
}
