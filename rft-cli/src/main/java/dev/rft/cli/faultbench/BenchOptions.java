package dev.rft.cli.faultbench;

import dev.rft.faultbench.bench.Arm;
import dev.rft.faultbench.bench.Plan;
import dev.rft.faultbench.fault.Fault;
import dev.rft.faultbench.workload.Workload;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What both the command and the processes that it starts take. */
final class BenchOptions {

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Where the files go. What is done there already is left as it is.")
    private Path out = Path.of("");

    @Option(
            names = "--plan",
            paramLabel = "NAME",
            converter = PlanConverter.class,
            description = "quick, balanced or full (default: ${DEFAULT-VALUE}).")
    private Plan plan = Plan.QUICK;

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            split = ",",
            converter = WorkloadConverter.class,
            description = "Only these workloads (default: those of the plan).")
    private List<String> workloads = List.of();

    @Option(
            names = "--fault",
            paramLabel = "NAME",
            split = ",",
            converter = FaultConverter.class,
            description = "Only these faults, 'benign' among them (default: those of the plan).")
    private List<String> faults = List.of();

    @Option(
            names = "--arm",
            paramLabel = "NAME",
            split = ",",
            converter = ArmConverter.class,
            description =
                    "Who looks after the runs: none, supervised, rollback-only, lr-cut, random,"
                            + " oracle (default: none,supervised). Plan balanced has the last four on"
                            + " addition-ppo and lookup alone.")
    private List<Arm> arms = List.of(Arm.NONE, Arm.SUPERVISED);

    Path out() {
        return out;
    }

    Plan plan() {
        return plan;
    }

    List<String> workloads() {
        return workloads.isEmpty() ? plan.workloads() : distinct(workloads);
    }

    List<String> faults() {
        return distinct(faults);
    }

    List<Arm> arms() {
        return distinct(arms);
    }

    private static <T> List<T> distinct(List<T> values) {
        return values.stream().distinct().toList();
    }

    /** Returns the arguments of a process that does one workload from one seed. */
    List<String> arguments(String workload, long seed) {
        Stream<String> common =
                Stream.of(
                        "--out=" + out.toAbsolutePath(),
                        "--plan=" + plan,
                        "--workload=" + workload,
                        "--seed=" + seed,
                        "--arm=" + join(arms(), Arm::toString));
        return Stream.concat(
                        common,
                        faults.isEmpty()
                                ? Stream.of()
                                : Stream.of("--fault=" + String.join(",", faults())))
                .toList();
    }

    private static <T> String join(List<T> values, Function<T, String> name) {
        return values.stream().map(name).collect(Collectors.joining(","));
    }

    private static TypeConversionException unknown(List<String> allowed, String value) {
        return new TypeConversionException(
                "must be one of " + String.join(", ", allowed) + ", was '" + value + "'");
    }

    static final class PlanConverter implements ITypeConverter<Plan> {
        @Override
        public Plan convert(String value) {
            return Plan.of(value)
                    .orElseThrow(
                            () ->
                                    unknown(
                                            Arrays.stream(Plan.values())
                                                    .map(Plan::toString)
                                                    .toList(),
                                            value));
        }
    }

    static final class WorkloadConverter implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            if (!Workload.ids().contains(value)) {
                throw unknown(Workload.ids(), value);
            }
            return value;
        }
    }

    static final class FaultConverter implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            List<String> known =
                    Stream.concat(
                                    Arrays.stream(Fault.values())
                                            .filter(fault -> fault != Fault.NONE)
                                            .map(Fault::id),
                                    Stream.of("benign"))
                            .toList();
            if (!known.contains(value)) {
                throw unknown(known, value);
            }
            return value;
        }
    }

    static final class ArmConverter implements ITypeConverter<Arm> {
        @Override
        public Arm convert(String value) {
            return Arm.of(value)
                    .orElseThrow(
                            () ->
                                    unknown(
                                            Arrays.stream(Arm.values()).map(Arm::toString).toList(),
                                            value));
        }
    }
}
