package io.offhook.call;

/// What the agent says, or is told, in moments that agent.yaml has no words for. One language each.
///
/// @param confirmationNeeded JSON answer for the model when a tool must be confirmed first
/// @param tooManyTools       JSON answer for the model when it asks for tools again and again
/// @param notEnded           JSON answer for the model when a tool asked for beside `end_call` needs words first
/// @param greetingCutFormat  note for the model with one `%s` for the words that were heard
/// @param colleagueCalled    note for the model: a human is called while it stays with the caller
/// @param callingColleague   said to the caller then
/// @param stillCalling       said to a caller who waits for that
/// @param anotherFormat      note for the model with one `%s` for what became of the last try
/// @param nobodyFormat       the same when the agent is to go on with the caller
/// @param notUnderstood      note for the model in the place of words that were lost
public record Phrases(
        String stillThere,
        String goodbyeAfterSilence,
        String goodbye,
        String oneMoment,
        String oneMinuteLeft,
        String confirmedByKey,
        String confirmationNeeded,
        String tooManyTools,
        String notEnded,
        String colleagueCalled,
        String callingColleague,
        String stillCalling,
        String anotherFormat,
        String nobodyFormat,
        String greetingCutFormat,
        String notUnderstood) {

    /// The built-in English ones. The model is asked to speak them, so it renders them in the language of the call.
    public static Phrases english() {
        return new Phrases(
                "Are you still there?",
                "I can't hear you any more, so I'll end the call here. Please call again any time. Goodbye.",
                "Thank you for calling. Goodbye.",
                "One moment, please.",
                "Just so you know, we have about one minute left on this call.",
                "The caller pressed 1 to confirm. Call the tool again with the same arguments.",
                "{\"status\":\"needs_confirmation\",\"say\":\"Tell the caller what you are about to do and ask for a"
                        + " clear yes, or the 1 key. Then call this tool again with the same arguments.\"}",
                "{\"status\":\"refused\",\"say\":\"You have used too many tools for one question. Tell the caller honestly"
                        + " what you know and what you don't, and offer a person.\"}",
                "{\"status\":\"not_ended\",\"say\":\"The call goes on: a tool that you called did not do what you asked."
                        + " Tell the caller what became of it, and say goodbye afterwards.\"}",
                "A colleague is being called now, and you stay with the caller until they have taken the call. Go on helping."
                        + " Do not promise that they will take it, and do not call escalate_to_human again; you will"
                        + " be told what comes of it.",
                "I'm calling a colleague for you, and I stay on the line meanwhile.",
                "I'm still trying to reach a colleague. Thank you for waiting.",
                "The colleague can't take the call: %s. Another one is being called now, and you still have the caller.",
                "Nobody could take the call: %s. The caller is still with you and does not know it yet. Say so in one"
                        + " sentence, and offer what you can do yourself, or to try a person once more. A second try that"
                        + " fails ends at a voicemail.",
                "The caller interrupted your greeting and heard only: %s",
                "The caller said something here that was not understood. Ask for it again.");
    }

    String anotherCalled(Route.Result why) {
        return anotherFormat.replace("%s", what(why));
    }

    String nobodyCame(Route.Result why) {
        return nobodyFormat.replace("%s", what(why));
    }

    /// For the model.
    private static String what(Route.Result why) {
        return switch (why) {
            case BUSY -> "the line was busy";
            case DECLINED -> "they are not free just now";
            case FAILED -> "the connection failed";
            case HUMAN_GONE -> "they had to hang up again";
            default -> "nobody answered";
        };
    }

    String greetingCut(String heard) {
        return greetingCutFormat.replace("%s", heard);
    }
}
