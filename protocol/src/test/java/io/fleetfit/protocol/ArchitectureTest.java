package io.fleetfit.protocol;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** The protocol needs nothing but the JDK and Jackson. */
class ArchitectureTest {
    private static final ArchRule JDK_AND_JACKSON = classes()
            .that()
            .resideInAPackage("io.fleetfit.protocol..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", "com.fasterxml.jackson..", "io.fleetfit.protocol..")
            .because("both ends carry this module");

    @Test
    void it_uses_the_jdk_and_jackson_alone() {
        JDK_AND_JACKSON.check(new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.fleetfit.protocol"));
    }

    @Test
    void the_rule_fails_on_a_class_that_breaks_it() {
        assertThat(JDK_AND_JACKSON
                        .evaluate(new ClassFileImporter().importPackages("io.fleetfit.protocol.breach"))
                        .getFailureReport()
                        .toString())
                .contains("io.fleetfit.protocol.breach.Breach");
    }
}
