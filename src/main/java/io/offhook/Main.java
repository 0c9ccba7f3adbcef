package io.offhook;

import io.offhook.cli.OffhookCommand;

/// The command line's entry.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(OffhookCommand.execute(arguments));
    }
}
