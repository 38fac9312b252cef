package io.fleetfit.agent.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The agent stays small, and its update machine runs without MQTT. Each rule is also shown to fail: on a class of the
 * test sources, in a package that the rule binds.
 */
class ArchitectureTest {
    private static final ArchRule SMALL = noClasses()
            .that()
            .resideInAPackage("io.fleetfit.agent..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.vertx..",
                    "io.netty..",
                    "com.google.common..",
                    "com.hivemq..",
                    "java.sql..",
                    "javax.sql..",
                    "io.fleetfit.profiles..")
            .because("a device has little memory, and no decision about fit is taken there");

    private static final ArchRule MQTT_AT_THE_EDGE = noClasses()
            .that()
            .resideInAPackage("io.fleetfit.agent..")
            .and()
            .resideOutsideOfPackages("io.fleetfit.agent.connect..", "io.fleetfit.agent.app..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.eclipse.paho..", "io.fleetfit.agent.connect..", "io.fleetfit.agent.app..")
            .because("the update machine must run over another transport too");

    private static final ArchRule RUNTIME_AT_THE_EDGE = noClasses()
            .that()
            .resideInAnyPackage("io.fleetfit.agent.artifact..", "io.fleetfit.agent.update..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.onnxruntime..", "io.fleetfit.agent.runtime..", "io.fleetfit.agent.serve..")
            .because("the update machine must run without a model");

    private static final ArchRule CHILDREN_SPEAK_NO_JSON = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.fleetfit.agent.isolate..", "io.fleetfit.agent.qualify..", "io.fleetfit.agent.onnx..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.fasterxml..")
            .because("a JSON library would double the time and the memory that a child takes to start");

    private static final ArchRule NO_CYCLES =
            slices().matching("io.fleetfit.agent.(*)..").should().beFreeOfCycles();

    private static final Map<ArchRule, String> BREACHES = Map.of(
            SMALL, "io.fleetfit.agent.probe.breach",
            MQTT_AT_THE_EDGE, "io.fleetfit.agent.serve.breach",
            RUNTIME_AT_THE_EDGE, "io.fleetfit.agent.update.breach",
            CHILDREN_SPEAK_NO_JSON, "io.fleetfit.agent.isolate.breach",
            NO_CYCLES, "io.fleetfit.agent.");

    @TestFactory
    Stream<DynamicTest> the_agent_keeps_every_rule() {
        JavaClasses production = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.fleetfit.agent");
        return BREACHES.keySet().stream()
                .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(production)));
    }

    @TestFactory
    Stream<DynamicTest> every_rule_fails_on_a_class_that_breaks_it() {
        JavaClasses breaches = new ClassFileImporter()
                .importPackages(
                        "io.fleetfit.agent.probe.breach",
                        "io.fleetfit.agent.serve.breach",
                        "io.fleetfit.agent.isolate.breach",
                        "io.fleetfit.agent.update.breach");
        return BREACHES.entrySet().stream()
                .map(rule -> DynamicTest.dynamicTest(rule.getKey().getDescription(), () -> assertThat(rule.getKey()
                                .evaluate(breaches)
                                .getFailureReport()
                                .toString())
                        .contains(rule.getValue())));
    }
}
