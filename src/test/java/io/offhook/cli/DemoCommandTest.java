package io.offhook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.simulator.CannedCaller;
import io.offhook.simulator.Scene;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import picocli.CommandLine;

/// What a newcomer sees of the demo's callers, and that each of them says so when a call does not go as it should.
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
@Order(2)
class DemoCommandTest {
    private record Outcome(int exit, String out, String err) {
        /// Without the way that lines are broken.
        String words() {
            return out.replaceAll("\\s+", " ");
        }

        List<String> tooLong() {
            return (out + err)
                    .lines()
                    .filter(line -> line.length() > 80 && !line.contains("http://"))
                    .toList();
        }
    }

    private static Outcome demo(String caller, UnaryOperator<Scene> world, String... more) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = new CommandLine(new DemoCommand(world))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(words(caller, more));
        return new Outcome(exit, out.toString(), err.toString());
    }

    private static String[] words(String caller, String... more) {
        return ("--exit --speed 4 --caller " + caller + " " + String.join(" ", more)).strip().split(" ");
    }

    private static void goesWell(Outcome outcome) {
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.tooLong()).isEmpty();
        assertThat(outcome.out()).contains("the call went as it should");
    }

    @Test
    void a_billing_dispute_ends_on_the_screen_of_the_human_who_takes_it() {
        var outcome = demo("billing-dispute", UnaryOperator.identity());

        goesWell(outcome);
        assertThat(outcome.out()).containsPattern("(?m)^http://127\\.0\\.0\\.1:\\d+/desk/handoff/CA\\w+\\.\\d+\\.[\\w-]{43}$");
        assertThat(outcome.words())
                .contains(
                        "+1 415-555-0142 not verified · number not attested · English · upset · high urgency",
                        "for default,",
                        "billing_dispute Disputes $347 for the one-year plan, billed on 28 February.",
                        "Machine-made summary, written by the agent",
                        "Open with Hello, I can see it's about the billing dispute of $347. Let me take it from here.",
                        "Done charge $347 looked up",
                        "Promised We'll send you no reminder while it is looked into.",
                        "Do not ask again amount ($347)",
                        "Facts from tools amount: $347 billed: 28 February item: one-year plan");
    }

    @Test
    void a_page_that_says_something_else_is_a_failure() {
        var outcome = demo("billing-dispute", scene -> scene.withPage("a refund of $12"));

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out()).contains("FAILED", "not so: the human's page says \"a refund of $12\"");
    }

    @Test
    void a_caller_whom_nobody_answers_comes_back_to_an_agent_that_knows() {
        var outcome = demo("nobody-answers", UnaryOperator.identity());

        goesWell(outcome);
        assertThat(outcome.words())
                .containsSubsequence(
                        "network dials +***00",
                        "network nobody answers",
                        "network says: Nobody is free there at the moment. I'm trying someone else for you.",
                        "network dials +***01",
                        "network the line is busy",
                        "network says: I'm sorry, nobody could take your call.",
                        "note The caller was put through to default, but the line was busy.",
                        "agent It's me again. I'm sorry, my colleagues are on other calls.",
                        "caller No, thank you.",
                        "Route number no-answer, then number busy",
                        "Outcome resolved");
    }

    @Test
    void somebody_who_answers_after_all_is_a_failure() {
        var outcome = demo("nobody-answers", Scene::onAnOrdinaryDay);

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out())
                .contains("FAILED", "not so: nobody took the caller", "the call is stored as transferred, not as resolved");
    }

    @Test
    void a_caller_after_hours_leaves_a_message_that_is_there_to_be_heard() {
        var outcome = demo("after-hours", UnaryOperator.identity());

        goesWell(outcome);
        assertThat(outcome.err()).contains("Office    closed: it is Tuesday 21:40 in New York");
        assertThat(outcome.words())
                .containsSubsequence(
                        "network says: Our office is closed at the moment.",
                        "network says: Please leave a message after the tone.",
                        "network records a message",
                        "Route voicemail voicemail",
                        "Outcome voicemail",
                        "for the mailbox closed");
        assertThat(outcome.words()).doesNotContain("connecting you with a specialist", "network dials");
        assertThat(outcome.out()).containsPattern("(?m)^ {2}http://127\\.0\\.0\\.1:\\d+/2010-04-01/\\S+/Recordings/RE\\w+$");
    }

    @Test
    void an_office_that_is_open_is_a_failure_to_a_caller_after_hours() {
        var outcome = demo("after-hours", Scene::onAnOrdinaryDay);

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out())
                .contains("FAILED", "not so: the caller heard that the office is closed", "not so: nobody was called");
    }

    @Test
    void help_and_completion_name_every_caller() {
        var names = CannedCaller.all().stream().map(CannedCaller::name).toList();

        assertThat(printed("demo", "--help")).contains(names);
        assertThat(printed("completion")).contains(names);
    }

    private static String printed(String... arguments) {
        var out = new StringWriter();
        var _ = OffhookCommand.execute(Map.of(), new PrintWriter(out), new PrintWriter(new StringWriter()), arguments);
        return out.toString();
    }
}
