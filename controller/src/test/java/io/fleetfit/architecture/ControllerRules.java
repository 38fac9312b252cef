package io.fleetfit.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which package of the controller may know which. */
final class ControllerRules {
    /** What the core may use beside itself: the JDK without its databases and networks, the protocol, JSON values. */
    private static final List<String> CORE_LIBRARIES =
            List.of("java..", "org.jspecify..", "org.slf4j..", "com.fasterxml.jackson..", "io.fleetfit.protocol..");

    /** Parts of the JDK that reach out of the process. */
    private static final List<String> OUTSIDE = List.of("java.sql..", "java.net.http..", "java.rmi..");

    /** Core packages, each with the others that it may import. */
    static final Map<String, List<String>> CORE = Map.of(
            "onnx", List.of(),
            "registry", List.of("onnx"),
            "dataset", List.of("registry", "onnx"),
            "compress", List.of("registry", "onnx", "dataset"),
            "fleet", List.of("registry"),
            "cost", List.of("registry", "fleet", "onnx"),
            "fit", List.of("registry", "fleet", "cost", "onnx"),
            "telemetry", List.of("fleet"),
            "rollout", List.of("registry", "fleet", "fit", "telemetry"));

    /** Libraries that one core package may use beyond {@link #CORE_LIBRARIES}. */
    private static final Map<String, List<String>> OWN_LIBRARIES = Map.of(
            "onnx", List.of("ai.onnx.proto..", "com.google.protobuf.."),
            "compress", List.of("ai.onnx.proto..", "com.google.protobuf..", "org.apache.commons.math3..", "org.ejml.."),
            "rollout", List.of("org.apache.commons.math3.."));

    /** Packages that meet the world. */
    static final List<String> ADAPTERS = List.of("mqtt", "store", "http", "broker", "worker", "prometheus");

    private ControllerRules() {}

    /** Every rule by the package that it binds. */
    static Map<String, ArchRule> all() {
        Map<String, ArchRule> rules = new TreeMap<>();
        CORE.forEach((name, others) -> rules.put(name, core(name, others)));
        ADAPTERS.forEach(name -> rules.put(name, adapter(name)));
        rules.put("cli", cli());
        return rules;
    }

    /** No package knows another that knows it. */
    static ArchRule noCycles() {
        return slices().matching("io.fleetfit.(*)..").should().beFreeOfCycles();
    }

    private static ArchRule core(String name, List<String> others) {
        List<String> allowed = new ArrayList<>(CORE_LIBRARIES);
        allowed.addAll(OWN_LIBRARIES.getOrDefault(name, List.of()));
        allowed.add(own(name));
        others.forEach(other -> allowed.add(own(other)));
        return classes()
                .that()
                .resideInAPackage(own(name))
                .should()
                .onlyDependOnClassesThat(in(allowed).and(DescribedPredicate.not(in(OUTSIDE))))
                .because("the core is pure: it declares ports, and adapters implement them");
    }

    private static ArchRule adapter(String name) {
        List<String> forbidden = new ArrayList<>(List.of(own("app"), own("cli")));
        ADAPTERS.stream().filter(other -> !other.equals(name)).forEach(other -> forbidden.add(own(other)));
        return noClasses()
                .that()
                .resideInAPackage(own(name))
                .should()
                .dependOnClassesThat(in(forbidden))
                .because("adapters meet in the wiring alone")
                .allowEmptyShould(true);
    }

    private static ArchRule cli() {
        return classes()
                .that()
                .resideInAPackage(own("cli"))
                .should()
                .onlyDependOnClassesThat(in(List.of(
                        "java..",
                        "org.jspecify..",
                        "picocli..",
                        "com.fasterxml.jackson..",
                        "io.fleetfit.protocol..",
                        own("dataset.file"),
                        own("dataset.pack"),
                        own("cli"))))
                .because("the command line speaks to a controller over HTTP alone, and packs data sets where they lie");
    }

    private static DescribedPredicate<JavaClass> in(List<String> packages) {
        return JavaClass.Predicates.resideInAnyPackage(packages.toArray(new String[0]));
    }

    private static String own(String name) {
        return "io.fleetfit." + name + "..";
    }
}
