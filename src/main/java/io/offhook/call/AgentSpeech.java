package io.offhook.call;

import io.offhook.call.CallEvent.AgentAudio;
import io.offhook.call.Timers.Timer;

/// The agent speaks, in whatever phase: its audio goes to the caller, its words into the transcript.
final class AgentSpeech {
    private AgentSpeech() {}

    static void audio(Draft step, AgentAudio audio) {
        var content = audio.content();
        if (dropped(step, content)) {
            return;
        }
        step.stop(Timer.COMFORT);
        step.replies(step.call().engine().replies().heardFrom(content.reply(), step.now()));
        step.transcript(step.call().transcript().begun(Turn.Speaker.AGENT, content.item(), step.now()));
        step.play(content, audio.frame());
    }

    static void audioEnded(Draft step, ContentId content) {
        if (!dropped(step, content)) {
            step.finalMark();
        }
    }

    static void words(Draft step, ContentId content, String text) {
        if (step.call().transcript().place(content.item()) >= 0) {
            step.transcript(step.call().transcript().words(Turn.Speaker.AGENT, content.item(), text, step.now()));
            var call = step.call();
            step.signals(call.rules().escalation().agentSaid(call.signals(), text));
        }
    }

    private static boolean dropped(Draft step, ContentId content) {
        return step.call().engine().replies().isDropped(content.reply());
    }
}
