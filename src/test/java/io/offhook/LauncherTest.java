package io.offhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The shell script `offhook`, in a project folder of its own: JDKs are folders with a release file and a script that
/// says
/// how it was called, and `mvnw` is a script that leaves a jar. So nothing is compiled and no JVM starts, but for one
/// test.
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String JAVA_THAT_PRINTS_ITS_ARGUMENTS =
            "#!/bin/sh\necho \"home ${0%/bin/java}\"\nfor a in \"$@\"; do echo \"<$a>\"; done\n";
    private static final String BUILD_THAT_LEAVES_A_JAR = "#!/bin/sh\necho built >>builds\n: >target/offhook.jar\n";

    @TempDir
    Path folder;

    private Path project;
    private Path jdks;
    private final Map<String, String> environment = new HashMap<>();

    private record Outcome(int exit, String out, String err) {}

    @BeforeEach
    void a_project_that_is_built_and_no_jdk_in_sight() throws IOException {
        project = Files.createDirectories(folder.resolve("the project"));
        jdks = Files.createDirectories(folder.resolve("jdks"));
        Files.copy(Path.of("offhook"), project.resolve("offhook"));
        Files.createDirectories(project.resolve("src/main/java"));
        Files.writeString(project.resolve("src/main/java/Main.java"), "");
        Files.writeString(project.resolve("pom.xml"), "");
        script(project.resolve("mvnw"), BUILD_THAT_LEAVES_A_JAR);
        Files.createDirectories(project.resolve("target"));
        Files.writeString(project.resolve("target/offhook.jar"), "");
        for (var source : List.of("src/main/java/Main.java", "src/main/java", "src/main", "pom.xml")) {
            age(project.resolve(source), Instant.now().minusSeconds(120));
        }
        age(project.resolve("target/offhook.jar"), Instant.now().minusSeconds(60));

        environment.put("PATH", toolsWithoutJava().toString());
        environment.put("HOME", folder.resolve("home").toString());
        environment.put("OFFHOOK_JDK_FOLDERS", jdks.toString());
        environment.put("OFFHOOK_AOT", "off");
    }

    @Test
    void without_a_jdk_it_says_in_one_sentence_what_to_do_and_exits_with_3() throws Exception {
        var outcome = offhook("demo");

        assertThat(outcome.exit()).isEqualTo(3);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).matches("Offhook needs a JDK 25 .*JAVA_HOME.*\\.\n");
    }

    @Test
    void an_old_jdk_is_as_good_as_none() throws Exception {
        environment.put("JAVA_HOME", jdk("17.0.15").toString());
        jdk("1.8.0_402");

        var outcome = offhook("demo");

        assertThat(outcome.exit()).isEqualTo(3);
    }

    @Test
    void it_takes_25_when_17_is_on_the_path_and_in_java_home() throws Exception {
        var old = jdk("17.0.15");
        environment.put("JAVA_HOME", old.toString());
        environment.put("PATH", old.resolve("bin") + ":" + environment.get("PATH"));
        var wanted = jdk("25.0.3");

        var outcome = offhook("demo");

        assertThat(outcome.out()).startsWith("home " + wanted + "\n");
    }

    @Test
    void java_home_comes_before_the_path_and_the_path_before_the_folders() throws Exception {
        jdk("25");
        var onPath = jdk("27");
        var inJavaHome = jdk("26-ea");
        environment.put("PATH", linkTo(onPath.resolve("bin/java")) + ":" + environment.get("PATH"));

        var withoutJavaHome = offhook("demo");
        environment.put("JAVA_HOME", inJavaHome.toString());
        var withJavaHome = offhook("demo");

        assertThat(withoutJavaHome.out()).startsWith("home " + onPath + "\n");
        assertThat(withJavaHome.out()).startsWith("home " + inJavaHome + "\n");
    }

    @Test
    void of_several_jdks_in_the_folders_the_oldest_that_will_do_is_taken() throws Exception {
        jdk("26");
        var wanted = jdk("25.0.1");
        jdk("9.0.4");

        var outcome = offhook("demo");

        assertThat(outcome.out()).startsWith("home " + wanted + "\n");
    }

    @Test
    void it_tells_the_build_which_jdk_it_found_and_passes_by_one_without_a_compiler() throws Exception {
        Files.delete(jdk("25.0.1").resolve("bin/javac"));
        var wanted = jdk("26");

        var outcome = offhook("--java-home");

        assertThat(outcome).isEqualTo(new Outcome(0, wanted + "\n", ""));
    }

    @Test
    void arguments_arrive_whole_and_in_order() throws Exception {
        jdk("25.0.3");

        var outcome = offhook("call", "--say", "two words", "", "*", "a\"b");

        assertThat(outcome.exit()).isZero();
        assertThat(outcome.out())
                .endsWith("<-cp>\n<" + project.toRealPath().resolve("target/offhook.jar")
                        + ">\n<io.offhook.Main>\n<call>\n<--say>\n<two words>\n<>\n<*>\n<a\"b>\n");
    }

    @Test
    void own_java_options_come_last_and_another_collector_replaces_ours() throws Exception {
        jdk("25.0.3");
        environment.put("OFFHOOK_JAVA_OPTIONS", "-XX:+UseZGC -Xmx2g");

        var outcome = offhook("serve");

        assertThat(outcome.out()).doesNotContain("SerialGC").containsSubsequence("-Xmx512m", "-XX:+UseZGC", "-Xmx2g");
    }

    @Test
    void it_runs_by_a_symlink_from_another_folder_and_stays_in_that_folder() throws Exception {
        script(jdk("25.0.3").resolve("bin/java"), "#!/bin/sh\npwd\nfor a; do echo \"<$a>\"; done\n");
        var elsewhere = Files.createDirectories(folder.resolve("elsewhere/bin"));
        Files.createSymbolicLink(elsewhere.resolve("first"), Path.of("../../the project/offhook"));
        Files.createSymbolicLink(elsewhere.resolve("second"), Path.of("first"));

        var outcome = finish(start(List.of("bin/second", "serve"), elsewhere.getParent()));

        assertThat(outcome.out()).startsWith(elsewhere.getParent().toRealPath() + "\n");
        assertThat(outcome.out()).contains("<" + project.toRealPath().resolve("target/offhook.jar") + ">");
    }

    @Test
    void a_signal_to_the_launcher_is_a_signal_to_java() throws Exception {
        script(
                jdk("25.0.3").resolve("bin/java"),
                "#!/bin/sh\ntrap 'echo terminated; exit 143' TERM\necho \"pid $$\"\nwhile :; do sleep 0.1; done\n");
        var launcher = start(List.of("./offhook", "serve"), project);
        await().atMost(PATIENCE).until(() -> read("out").endsWith("\n"));

        launcher.destroy();
        var outcome = finish(launcher);

        assertThat(outcome.exit()).isEqualTo(143);
        assertThat(outcome.out()).isEqualTo("pid " + launcher.pid() + "\nterminated\n");
    }

    @Test
    void the_exit_code_is_that_of_java() throws Exception {
        script(jdk("25.0.3").resolve("bin/java"), "#!/bin/sh\nexit 42\n");

        var outcome = offhook("check");

        assertThat(outcome.exit()).isEqualTo(42);
    }

    @Test
    void it_builds_when_there_is_no_jar_and_only_then() throws Exception {
        Files.delete(project.resolve("target/offhook.jar"));
        jdk("25.0.3");

        var first = offhook("demo");
        var second = offhook("demo");

        assertThat(first.exit()).isZero();
        assertThat(first.err()).isEqualTo("Building Offhook (once; takes a minute or so) ...\n");
        assertThat(second.exit()).isZero();
        assertThat(second.err()).isEmpty();
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void it_builds_again_when_a_source_is_newer_than_the_jar() throws Exception {
        jdk("25.0.3");
        age(project.resolve("src/main/java/Main.java"), Instant.now().minusSeconds(30));

        var outcome = offhook("demo");

        assertThat(outcome.exit()).isZero();
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void an_edit_during_the_build_leads_to_another_build() throws Exception {
        Files.delete(project.resolve("target/offhook.jar"));
        script(project.resolve("mvnw"), BUILD_THAT_LEAVES_A_JAR + "sleep 0.05\n: >src/main/java/Main.java\n");
        jdk("25.0.3");

        offhook("demo");
        offhook("demo");

        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void a_failed_build_shows_the_end_of_its_log_and_exits_with_1() throws Exception {
        Files.delete(project.resolve("target/offhook.jar"));
        script(project.resolve("mvnw"), "#!/bin/sh\nseq 1000\necho '[ERROR] no luck today'\nexit 7\n");
        jdk("25.0.3");

        var outcome = offhook("demo");

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("\n1000\n", "no luck today").doesNotContain("\n500\n");
        assertThat(project.resolve("target/offhook-build.lock")).doesNotExist();
    }

    @Test
    void two_launchers_at_once_build_once() throws Exception {
        Files.delete(project.resolve("target/offhook.jar"));
        script(project.resolve("mvnw"), "#!/bin/sh\nsleep 0.5\n" + BUILD_THAT_LEAVES_A_JAR.substring(10));
        jdk("25.0.3");

        var first = start(List.of("./offhook", "one"), project, "first-");
        var second = start(List.of("./offhook", "two"), project, "second-");

        assertThat(finish(first, "first-").out()).endsWith("<one>\n");
        assertThat(finish(second, "second-").out()).endsWith("<two>\n");
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void the_lock_of_a_builder_that_was_killed_is_cleared() throws Exception {
        Files.delete(project.resolve("target/offhook.jar"));
        var lock = Files.createDirectories(project.resolve("target/offhook-build.lock"));
        var dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Files.writeString(lock.resolve("pid"), dead.pid() + "\n");
        jdk("25.0.3");

        var outcome = offhook("demo");

        assertThat(outcome.exit()).isZero();
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void a_launcher_that_is_terminated_during_the_build_stops_it_and_gives_the_lock_back() throws Exception {
        Files.delete(project.resolve("target/offhook.jar"));
        script(project.resolve("mvnw"), "#!/bin/sh\necho $$ >builder\nexec sleep 60\n");
        jdk("25.0.3");
        var launcher = start(List.of("./offhook", "demo"), project);
        await().atMost(PATIENCE)
                .until(() -> Files.exists(project.resolve("builder")) && Files.size(project.resolve("builder")) > 1);
        var builder =
                Long.parseLong(Files.readString(project.resolve("builder")).strip());

        launcher.destroy();
        var outcome = finish(launcher);

        assertThat(outcome.exit()).isEqualTo(143);
        assertThat(project.resolve("target/offhook-build.lock")).doesNotExist();
        await().atMost(PATIENCE)
                .until(() -> ProcessHandle.of(builder)
                        .map(process -> !process.isAlive())
                        .orElse(true));
    }

    @Test
    void the_cache_for_a_fast_start_is_tried_once_and_its_failure_stops_nothing() throws Exception {
        environment.remove("OFFHOOK_AOT");
        script(
                jdk("25.0.3").resolve("bin/java"),
                "#!/bin/sh\ncase \"$*\" in *AOTCacheOutput*) echo \"$*\" >>\"" + folder
                        + "/attempts\"; exit 2 ;; esac\n" + "for a; do echo \"<$a>\"; done\n");

        var first = offhook("demo");
        var second = offhook("demo");

        assertThat(first.exit()).isZero();
        assertThat(second.exit()).isZero();
        assertThat(second.out()).doesNotContain("AOTCache=").endsWith("<demo>\n");
        assertThat(Files.readAllLines(folder.resolve("attempts")))
                .hasSize(2)
                .satisfies(attempts -> assertThat(attempts.getFirst()).endsWith(" warm"))
                .satisfies(attempts -> assertThat(attempts.getLast()).endsWith(" version"));
    }

    @Test
    void a_folder_that_can_not_be_written_is_reported_and_not_waited_for() throws Exception {
        jdk("25.0.3");
        environment.remove("OFFHOOK_AOT");
        var tools = toolsWithoutJava();
        script(tools.resolve("mkdir"), "#!/bin/sh\nexit 1\n");
        environment.put("PATH", tools.toString());

        var outcome = offhook("--make-aot");

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.err()).contains("cannot write to", "target").doesNotContain("Waiting");
    }

    @Test
    void a_real_jvm_takes_the_options_and_the_cache_and_keeps_quiet_about_a_stale_one() throws Exception {
        var real = System.getProperty("java.home");
        environment.put("JAVA_HOME", real);
        environment.remove("OFFHOOK_AOT");
        stubJar(project.resolve("target/offhook.jar"));

        var made = offhook("--make-aot");
        var withCache = offhook("hello", "two words");
        try (var caches = Files.newDirectoryStream(project.resolve("target"), "*.aot")) {
            for (var cache : caches) {
                Files.writeString(cache, "not a cache");
                age(cache, Instant.now().plusSeconds(60));
            }
        }
        var withRubbish = offhook("hello", "two words");

        assertThat(made.exit()).as(made.err()).isZero();
        assertThat(withCache).isEqualTo(new Outcome(5, "[hello, two words]\n", ""));
        assertThat(withRubbish).isEqualTo(withCache);
    }

    /// A folder with the few programs that the launcher may need, and so without java.
    private Path toolsWithoutJava() throws IOException {
        var tools = Files.createDirectories(folder.resolve("tools"));
        for (var name : List.of(
                "cat", "find", "mkdir", "mv", "readlink", "rm", "rmdir", "sed", "seq", "sleep", "tail", "touch")) {
            for (var place : List.of("/bin", "/usr/bin")) {
                var program = Path.of(place, name);
                if (Files.isExecutable(program)) {
                    script(tools.resolve(name), "#!/bin/sh\nexec " + program + " \"$@\"\n");
                }
            }
        }
        return tools;
    }

    private Path jdk(String version) throws IOException {
        var home = Files.createDirectories(jdks.toRealPath().resolve("jdk " + version));
        Files.writeString(
                home.resolve("release"),
                "IMPLEMENTOR=\"Nobody\"\nJAVA_RUNTIME_VERSION=\"" + version + "+9\"\nJAVA_VERSION=\"" + version + "\"");
        Files.createDirectories(home.resolve("bin"));
        script(home.resolve("bin/java"), JAVA_THAT_PRINTS_ITS_ARGUMENTS);
        script(home.resolve("bin/javac"), "#!/bin/sh\n");
        return home;
    }

    private Path linkTo(Path program) throws IOException {
        var links = Files.createDirectories(folder.resolve("links"));
        Files.createSymbolicLink(links.resolve(program.getFileName()), program);
        return links;
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void age(Path file, Instant time) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(time));
    }

    private int builds() throws IOException {
        var file = project.resolve("builds");
        return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    }

    private void stubJar(Path jar) throws IOException {
        var source = new SimpleJavaFileObject(URI.create("string:///Main.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return """
                        package io.offhook;
                        public class Main {
                            public static void main(String[] arguments) {
                                if (arguments[0].equals("warm")) return;
                                System.out.println(java.util.List.of(arguments));
                                System.exit(5);
                            }
                        }
                        """;
            }
        };
        var classes = folder.resolve("classes");
        var compiler = ToolProvider.getSystemJavaCompiler();
        var done = compiler.getTask(null, null, null, List.of("-d", classes.toString()), null, List.of(source))
                .call();
        assertThat(done).isTrue();
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.putNextEntry(new JarEntry("io/offhook/Main.class"));
            Files.copy(classes.resolve("io/offhook/Main.class"), out);
        }
    }

    private Outcome offhook(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("./offhook"));
        command.addAll(List.of(arguments));
        return finish(start(command, project));
    }

    private Process start(List<String> command, Path where) throws IOException {
        return start(command, where, "");
    }

    private Process start(List<String> command, Path where, String prefix) throws IOException {
        // ProcessBuilder takes a relative program from our folder, not from the one that it starts in.
        var program = where.resolve(command.getFirst()).toString();
        var full = new ArrayList<>(List.of(program));
        full.addAll(command.subList(1, command.size()));
        var builder = new ProcessBuilder(full)
                .directory(where.toFile())
                .redirectOutput(folder.resolve(prefix + "out").toFile())
                .redirectError(folder.resolve(prefix + "err").toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private Outcome finish(Process process) throws Exception {
        return finish(process, "");
    }

    private Outcome finish(Process process, String prefix) throws Exception {
        assertThat(process.waitFor(180, TimeUnit.SECONDS)).as("ends in time").isTrue();
        return new Outcome(process.exitValue(), read(prefix + "out"), read(prefix + "err"));
    }

    private String read(String file) throws IOException {
        return Files.readString(folder.resolve(file), UTF_8);
    }
}
