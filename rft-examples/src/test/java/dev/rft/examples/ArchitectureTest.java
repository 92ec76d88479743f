package dev.rft.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The rules of docs/architecture.md, over the classes of all modules. */
@AnalyzeClasses(packages = "dev.rft", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** The module in the place that a class was read from: a jar, or a directory of classes. */
    private static final Pattern MODULE =
            Pattern.compile("/(rft-[a-z]+)(?:[^/]*\\.jar!|/[^!]*classes/)");

    private static final String[] LIBRARY = {
        "dev.rft.api..", "dev.rft.core..", "dev.rft.monitor..", "dev.rft.recovery.."
    };

    @ArchTest
    static final ArchRule api_dependsOnNothing =
            classes()
                    .that()
                    .resideInAPackage("dev.rft.api..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage("dev.rft.api..", "java..", "org.jspecify..");

    /** Where gradients are computed: such a number is gone before the backward pass needs it. */
    @ArchTest
    static final ArchRule graphs_multiplyByTensorsAndNotByNumbers =
            noClasses()
                    .that()
                    .resideInAnyPackage("dev.rft.core.policy..", "dev.rft.core.model..")
                    .should()
                    .callMethod(NDArray.class, "mul", Number.class)
                    .orShould()
                    .callMethod(NDArray.class, "div", Number.class)
                    .orShould()
                    .callMethod(NDArray.class, "pow", Number.class);

    @ArchTest
    static final ArchRule core_dependsOnTheApiAlone =
            noClasses()
                    .that()
                    .resideInAPackage("dev.rft.core..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("dev.rft.monitor..", "dev.rft.recovery..")
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule monitor_knowsNeitherRecoveryNorCore =
            noClasses()
                    .that()
                    .resideInAPackage("dev.rft.monitor..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("dev.rft.recovery..", "dev.rft.core..");

    @ArchTest
    static final ArchRule recovery_doesNotKnowCore =
            noClasses()
                    .that()
                    .resideInAPackage("dev.rft.recovery..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.rft.core..");

    @ArchTest
    static final ArchRule tensors_stayInCoreAndInWhatRunsIt =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            "dev.rft.core..",
                            "dev.rft.faultbench..",
                            "dev.rft.cli..",
                            "dev.rft.examples..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("ai.djl..");

    @ArchTest
    static final ArchRule internals_areUsedInTheirModuleOnly =
            classes()
                    .should(
                            new ArchCondition<>("use no internals of another module") {
                                @Override
                                public void check(JavaClass item, ConditionEvents events) {
                                    for (Dependency dependency :
                                            item.getDirectDependenciesFromSelf()) {
                                        if (isForeignInternal(item, dependency.getTargetClass())) {
                                            events.add(
                                                    SimpleConditionEvent.violated(
                                                            item, dependency.getDescription()));
                                        }
                                    }
                                }
                            });

    @ArchTest
    static final ArchRule modules_haveNoCycles =
            slices().matching("dev.rft.(*)..").should().beFreeOfCycles();

    /**
     * A module's root package and its parts know each other (a detector and the standard monitor);
     * the parts do not.
     */
    @ArchTest
    static final ArchRule partsOfModules_haveNoCycles =
            slices().matching("dev.rft.(*).(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule library_printsNothing =
            noClasses().that().resideInAnyPackage(LIBRARY).should(ACCESS_STANDARD_STREAMS);

    @ArchTest
    static final ArchRule logging_goesThroughSlf4j =
            noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");

    @ArchTest
    static void everyPackage_belongsToOneModule(JavaClasses classes) {
        assertThat(modulesByPackage(classes))
                .allSatisfy((name, modules) -> assertThat(modules).as(name).hasSize(1));
    }

    /** Without this the rules above could hold because a module is not on the class path. */
    @ArchTest
    static void everyModuleWithSources_isSeen(JavaClasses classes) throws IOException {
        Set<String> seen = new TreeSet<>();
        modulesByPackage(classes).values().forEach(seen::addAll);
        try (Stream<Path> directories = Files.list(Path.of(".."))) {
            Set<String> withSources =
                    directories
                            .filter(ArchitectureTest::hasClasses)
                            .map(directory -> directory.getFileName().toString())
                            .filter(name -> !name.equals("rft-benchmarks"))
                            .collect(toCollection(TreeSet::new));
            assertThat(seen).isEqualTo(withSources).contains("rft-api", "rft-monitor");
        }
    }

    private static boolean hasClasses(Path module) {
        Path sources = module.resolve("src/main/java");
        if (!Files.isDirectory(sources)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(sources)) {
            return files.map(Path::toString)
                    .anyMatch(
                            file ->
                                    file.endsWith(".java")
                                            && !file.endsWith("package-info.java")
                                            && !file.endsWith("module-info.java"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isForeignInternal(JavaClass user, JavaClass used) {
        String name = used.getPackageName();
        return name.startsWith("dev.rft.")
                && (name + ".").contains(".internal.")
                && !(user.getPackageName() + ".").startsWith(rootPackage(name) + ".");
    }

    /** {@code dev.rft.monitor} for {@code dev.rft.monitor.stats.internal}. */
    private static String rootPackage(String name) {
        int end = name.indexOf('.', "dev.rft.".length());
        return end < 0 ? name : name.substring(0, end);
    }

    private static Map<String, Set<String>> modulesByPackage(JavaClasses classes) {
        return classes.stream()
                .filter(type -> type.getSource().isPresent())
                .collect(
                        groupingBy(
                                JavaClass::getPackageName,
                                TreeMap::new,
                                mapping(ArchitectureTest::module, toCollection(TreeSet::new))));
    }

    private static String module(JavaClass type) {
        String place = type.getSource().orElseThrow().getUri().toString();
        Matcher matcher = MODULE.matcher(place);
        assertThat(matcher.find()).as("module in %s", place).isTrue();
        return matcher.group(1);
    }
}
