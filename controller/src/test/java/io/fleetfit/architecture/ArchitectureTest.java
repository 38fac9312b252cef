package io.fleetfit.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The controller keeps its layers. Each rule is also shown to fail: on a class {@code Breach} of the test sources, in a
 * package that the rule binds.
 */
class ArchitectureTest {
    private static final Set<String> OTHER_MODULES = Set.of("protocol", "profiles");

    private final JavaClasses production = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.fleetfit");

    @TestFactory
    List<DynamicTest> every_package_keeps_its_rule() {
        return ControllerRules.all().entrySet().stream()
                .map(rule -> DynamicTest.dynamicTest(
                        rule.getKey(), () -> rule.getValue().check(production)))
                .toList();
    }

    @TestFactory
    List<DynamicTest> every_rule_fails_on_its_breach() {
        return ControllerRules.all().entrySet().stream()
                .map(rule -> DynamicTest.dynamicTest(rule.getKey(), () -> {
                    String breach = "io.fleetfit." + rule.getKey() + ".breach";

                    EvaluationResult result = rule.getValue().evaluate(new ClassFileImporter().importPackages(breach));

                    assertThat(result.hasViolation()).isTrue();
                    assertThat(result.getFailureReport().toString()).contains(breach + ".Breach");
                }))
                .toList();
    }

    @Test
    void no_package_is_without_a_rule() {
        Set<String> packages = new TreeSet<>();
        production.forEach(type -> packages.add(type.getPackageName().split("\\.", -1)[2]));
        packages.removeAll(OTHER_MODULES);

        Set<String> ruled = new TreeSet<>(ControllerRules.all().keySet());
        ruled.add("app"); // wires everything, so it may know everything
        assertThat(ruled).containsAll(packages);
    }

    @Test
    void no_two_packages_know_each_other() {
        ControllerRules.noCycles().check(production);
    }

    @Test
    void the_rule_against_cycles_fails_on_two_packages_that_know_each_other() {
        JavaClasses both =
                new ClassFileImporter().importPackages("io.fleetfit.registry.breach", "io.fleetfit.fleet.breach");

        assertThat(ControllerRules.noCycles().evaluate(both).hasViolation()).isTrue();
    }
}
