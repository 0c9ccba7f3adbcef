package io.offhook.call;

/// What the agent says, or is told, in moments that agent.yaml has no words for. One language each.
///
/// @param confirmationNeeded JSON answer for the model when a tool must be confirmed first
/// @param tooManyTools       JSON answer for the model when it asks for tools again and again
/// @param notEnded           JSON answer for the model when a tool asked for beside `end_call` needs words first
/// @param greetingCutFormat  note for the model with one `%s` for the words that were heard
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
                "The caller interrupted your greeting and heard only: %s",
                "The caller said something here that was not understood. Ask for it again.");
    }

    String greetingCut(String heard) {
        return greetingCutFormat.replace("%s", heard);
    }
}
