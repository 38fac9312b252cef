package io.fleetfit.protocol;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** The protocol needs nothing but the JDK and Jackson, and only the pictures need its image codecs. */
class ArchitectureTest {
    private static final ArchRule JDK_AND_JACKSON = classes()
            .that()
            .resideInAPackage("io.fleetfit.protocol..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..", "org.jspecify..", "com.fasterxml.jackson..", "javax.imageio..", "io.fleetfit.protocol..")
            .because("both ends carry this module");

    private static final ArchRule CODECS_FOR_PICTURES = noClasses()
            .that()
            .resideInAPackage("io.fleetfit.protocol..")
            .and()
            .resideOutsideOfPackage("io.fleetfit.protocol.picture..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("javax..", "java.awt..", "io.fleetfit.protocol.picture..")
            .because("messages must be readable on a runtime without java.desktop");

    @Test
    void it_uses_the_jdk_and_jackson_alone() {
        JavaClasses production = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.fleetfit.protocol");
        JDK_AND_JACKSON.check(production);
        CODECS_FOR_PICTURES.check(production);
    }

    @Test
    void the_rules_fail_on_classes_that_break_them() {
        assertThat(CODECS_FOR_PICTURES
                        .evaluate(new ClassFileImporter().importPackages("io.fleetfit.protocol.breach"))
                        .getFailureReport()
                        .toString())
                .contains("io.fleetfit.protocol.breach.PictureBreach");
        assertThat(JDK_AND_JACKSON
                        .evaluate(new ClassFileImporter().importPackages("io.fleetfit.protocol.breach"))
                        .getFailureReport()
                        .toString())
                .contains("io.fleetfit.protocol.breach.Breach");
    }
}
