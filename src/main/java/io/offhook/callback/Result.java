package io.offhook.callback;

import io.offhook.call.Route;
import java.util.Locale;

/// How one try to call back has ended.
enum Result {
    HUMAN_BUSY,
    HUMAN_NO_ANSWER,
    /// Pressed another key, or hung up without one.
    HUMAN_DECLINED,
    /// Picked up, heard everything and pressed nothing: a mailbox.
    HUMAN_VOICEMAIL,
    HUMAN_FAILED,
    /// Took it, and hung up before the caller answered.
    HUMAN_GONE,
    CALLER_BUSY,
    CALLER_NO_ANSWER,
    CALLER_FAILED,
    /// The two have spoken. A caller's mailbox counts: the human hears it.
    CONNECTED;

    /// For example `human-no-answer`; stored, and used as a metric tag.
    String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Whether the next human may have more luck at once.
    boolean ofHuman() {
        return switch (this) {
            case HUMAN_BUSY, HUMAN_NO_ANSWER, HUMAN_DECLINED, HUMAN_VOICEMAIL, HUMAN_FAILED, HUMAN_GONE -> true;
            case CALLER_BUSY, CALLER_NO_ANSWER, CALLER_FAILED, CONNECTED -> false;
        };
    }

    /// What it means when the human's call is over before anybody took the wish.
    static Result ofHuman(Route.Result leg) {
        return switch (leg) {
            case BUSY -> HUMAN_BUSY;
            case NO_ANSWER -> HUMAN_NO_ANSWER;
            case ACCEPTED, DECLINED -> HUMAN_DECLINED;
            case VOICEMAIL, NO_KEY -> HUMAN_VOICEMAIL;
            case HUMAN_GONE -> HUMAN_GONE;
            case CALLBACK, QUEUE_FULL, CALLER_GONE, FAILED -> HUMAN_FAILED;
        };
    }

    static Result ofCaller(Route.Result dialled) {
        return switch (dialled) {
            case ACCEPTED -> CONNECTED;
            case BUSY, DECLINED -> CALLER_BUSY;
            case NO_ANSWER, NO_KEY, VOICEMAIL -> CALLER_NO_ANSWER;
            case CALLER_GONE, HUMAN_GONE -> HUMAN_GONE;
            case CALLBACK, QUEUE_FULL, FAILED -> CALLER_FAILED;
        };
    }
}
