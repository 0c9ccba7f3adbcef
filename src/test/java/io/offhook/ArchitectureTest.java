package io.offhook;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// The direction of dependency: wiring -> live, adapters -> ports -> call. An adapter is a sub-package of its port
/// (`telephony.twilio`). Rules about packages that do not exist hold by themselves.
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.offhook");
    private static final String[] PORTS = {
        "io.offhook.telephony",
        "io.offhook.engine",
        "io.offhook.crm",
        "io.offhook.store",
        "io.offhook.tool",
        "io.offhook.agent",
        "io.offhook.config"
    };
    private static final Pattern ADAPTER =
            Pattern.compile("io\\.offhook\\.((?:telephony|engine|crm|store|tool)\\.[^.]+).*");
    private static final Pattern EMPTY_WORD =
            Pattern.compile(".+(Manager|Helper|Util|Utils|Impl|Handler|Service|Data|Info)|(Base|Abstract)([A-Z].*)?");

    private static final DescribedPredicate<JavaClass> adapters = describe(
            "are part of an adapter",
            type -> ADAPTER.matcher(type.getPackageName()).matches());
    private static final DescribedPredicate<JavaClass> namedWithAnEmptyWord = describe(
            "named with an empty word",
            type -> EMPTY_WORD.matcher(type.getSimpleName()).matches());
    private static final DescribedPredicate<JavaClass> ofOthers = resideOutsideOfPackage("io.offhook..");

    @Test
    void the_call_knows_nothing_but_java() {
        classes()
                .that()
                .resideInAPackage("io.offhook.call..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.offhook.call..", "java..", "org.jspecify.annotations..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void ports_know_neither_adapters_nor_who_uses_them() {
        noClasses()
                .that()
                .resideInAnyPackage(PORTS)
                .should()
                .dependOnClassesThat(adapters.or(resideInAnyPackage(
                        "io.offhook.live..",
                        "io.offhook.cli..",
                        "io.offhook.desk..",
                        "io.offhook.metrics..",
                        "io.offhook.simulator..",
                        "io.offhook.websocket..")))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void a_live_call_knows_ports_and_the_call() {
        classes()
                .that()
                .resideInAPackage("io.offhook.live..")
                .should()
                .onlyDependOnClassesThat(ofOthers.or(resideInAnyPackage(PORTS))
                        .or(resideInAnyPackage("io.offhook.live..", "io.offhook.call..")))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void adapters_do_not_know_each_other() {
        slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        var adapter = ADAPTER.matcher(type.getPackageName());
                        return adapter.matches() ? SliceIdentifier.of(adapter.group(1)) : SliceIdentifier.ignore();
                    }

                    @Override
                    public String getDescription() {
                        return "adapters";
                    }
                })
                .should()
                .notDependOnEachOther()
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void adapters_do_not_know_who_uses_them() {
        noClasses()
                .that(adapters)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.offhook.live..", "io.offhook.cli..", "io.offhook.desk..", "io.offhook.metrics..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void the_simulator_stands_alone() {
        classes()
                .that()
                .resideInAPackage("io.offhook.simulator..")
                .should()
                .onlyDependOnClassesThat(ofOthers.or(resideInAnyPackage("io.offhook.simulator..")))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void only_the_wiring_the_commands_and_the_demo_engine_use_the_simulator() {
        classes()
                .that()
                .resideInAPackage("io.offhook.simulator..")
                .should()
                .onlyHaveDependentClassesThat()
                .resideInAnyPackage(
                        "io.offhook", "io.offhook.cli..", "io.offhook.engine.demo..", "io.offhook.simulator..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void the_frame_codec_knows_only_its_channel() {
        classes()
                .that()
                .resideInAPackage("io.offhook.websocket..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.offhook.websocket..",
                        "java..",
                        "io.vertx..",
                        "io.netty..",
                        "org.jspecify.annotations..",
                        "javax.net.ssl..",
                        "org.slf4j..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void the_frame_codec_serves_the_two_wires_alone() {
        classes()
                .that()
                .resideInAPackage("io.offhook.websocket..")
                .should()
                .onlyHaveDependentClassesThat()
                .resideInAnyPackage(
                        "io.offhook",
                        "io.offhook.websocket..",
                        "io.offhook.telephony.twilio..",
                        "io.offhook.engine.openai..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void nobody_but_the_commands_reaches_for_the_wiring() {
        classes()
                .that()
                .resideInAPackage("io.offhook")
                .should()
                .onlyHaveDependentClassesThat()
                .resideInAnyPackage("io.offhook", "io.offhook.cli..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void packages_do_not_go_round_in_circles() {
        slices().matching("io.offhook.(**)").should().beFreeOfCycles().allowEmptyShould(true).check(CLASSES);
    }

    @Test
    void no_package_is_a_drawer_for_the_rest() {
        noClasses()
                .should()
                .resideInAnyPackage("..util..", "..utils..", "..common..", "..core..", "..impl..", "..misc..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void names_say_what_a_class_is() {
        noClasses()
                .should(ArchCondition.from(namedWithAnEmptyWord))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void state_is_owned_not_locked() {
        noMethods()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage("io.offhook.call..", "io.offhook.live..")
                .should()
                .haveModifier(JavaModifier.SYNCHRONIZED)
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void every_package_is_null_marked() {
        var packages = CLASSES.stream().map(JavaClass::getPackage).distinct();

        var unmarked = packages.filter(candidate -> !candidate.isAnnotatedWith(NullMarked.class));

        assertThat(unmarked.map(candidate -> candidate.getName())).isEmpty();
    }
}
