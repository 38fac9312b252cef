package io.fleetfit.profiles;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** Profiles are data with a loader and a matcher: they need the protocol and a YAML parser. */
class ArchitectureTest {
    private static final ArchRule PROTOCOL_AND_PARSERS = classes()
            .that()
            .resideInAPackage("io.fleetfit.profiles..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "org.jspecify..",
                    "com.fasterxml.jackson..",
                    "com.networknt.schema..",
                    "io.fleetfit.protocol..",
                    "io.fleetfit.profiles..");

    @Test
    void they_use_the_protocol_and_parsers_alone() {
        PROTOCOL_AND_PARSERS.check(new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.fleetfit.profiles"));
    }

    @Test
    void the_rule_fails_on_a_class_that_breaks_it() {
        assertThat(PROTOCOL_AND_PARSERS
                        .evaluate(new ClassFileImporter().importPackages("io.fleetfit.profiles.breach"))
                        .getFailureReport()
                        .toString())
                .contains("io.fleetfit.profiles.breach.Breach");
    }
}
