package io.offhook;

import io.offhook.cli.OffhookCommand;

/// The command line's entry.
public final class Main {
    private static final String LOG = "OFFHOOK_LOG";

    private Main() {}

    public static void main(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals("demo") && System.getenv(LOG) == null) {
            // Who watches a call wants to see the call.
            System.setProperty(LOG, "WARN");
        }
        System.exit(OffhookCommand.execute(arguments));
    }
}
