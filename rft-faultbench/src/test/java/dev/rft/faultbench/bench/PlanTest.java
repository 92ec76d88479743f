package dev.rft.faultbench.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.faultbench.fault.Fault;
import dev.rft.faultbench.fault.Injection;
import dev.rft.faultbench.fault.Strength;
import dev.rft.faultbench.workload.Workload;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is run is said before it is run: results of earlier versions stay comparable. */
class PlanTest {

    @Test
    void unit_casesOfTheFirstVersion_keepTheirOnsets() {
        assertThat(onsets(Plan.QUICK, "addition"))
                .containsExactly(
                        "lr-spike-easy@66",
                        "reward-zero-easy@72",
                        "repetition-easy@52",
                        "nan-gradient-easy@75",
                        "lr-halved@55");
        assertThat(onsets(Plan.BALANCED, "addition"))
                .startsWith(
                        "reward-inflated-easy@66",
                        "reward-inflated-hard@48",
                        "reward-zero-easy@72",
                        "reward-zero-hard@52",
                        "verifier-dead-easy@52",
                        "verifier-dead-hard@64",
                        "reward-hacking-easy@75",
                        "reward-hacking-hard@67",
                        "empty-response-easy@55",
                        "empty-response-hard@53",
                        "repetition-easy@52",
                        "repetition-hard@61",
                        "short-response-easy@67",
                        "short-response-hard@45",
                        "long-response-easy@47",
                        "long-response-hard@56",
                        "lr-spike-easy@75",
                        "lr-spike-hard@73",
                        "update-freeze-easy@72",
                        "update-freeze-hard@50",
                        "entropy-collapse-easy@55",
                        "entropy-collapse-hard@46",
                        "cold-sampler-easy@68",
                        "cold-sampler-hard@69",
                        "advantage-noise-easy@72",
                        "advantage-noise-hard@49",
                        "delayed-credit-easy@65",
                        "delayed-credit-hard@70",
                        "nan-gradient-easy@50",
                        "nan-gradient-hard@46",
                        "stale-sampler-easy@53",
                        "stale-sampler-hard@56",
                        "verifier-outage-easy@64",
                        "verifier-outage-hard@52",
                        "lr-halved@51",
                        "lr-doubled@55",
                        "temperature@48",
                        "batch-halved@58",
                        "harder-prompts@74",
                        "resume@50",
                        "seed@69",
                        "lr-spike-easy-from-1@1",
                        "reward-zero-easy-from-1@1",
                        "short-response-easy-from-1@1",
                        "lr-spike-easy-transient@68",
                        "reward-zero-easy-transient@74",
                        "reward-inflated-repetition@59");
        assertThat(onsets(Plan.BALANCED, "lookup-ppo"))
                .contains(
                        "value-mismatch-easy@55",
                        "tool-error-hard@49",
                        "seed@47",
                        "reward-zero-easy-transient@45");
    }

    @Test
    void unit_whatEndsARun_standsLast_andIsKilledAmidTwoSnapshots() {
        for (String workload : Workload.ids()) {
            List<BenchCase> cases = Plan.BALANCED.unit(workload, 7, List.of(Arm.NONE)).cases();
            List<BenchCase> last = cases.subList(cases.size() - 5, cases.size());

            assertThat(last)
                    .extracting(BenchCase::id)
                    .containsExactly(
                            "hang-easy",
                            "hang-hard",
                            "process-death-easy",
                            "process-death-hard",
                            "task-solved");
            assertThat(last.get(2).onset() % 10).isEqualTo(6);
            assertThat(last.get(3).onset() % 10).isEqualTo(6);
        }
    }

    @Test
    void balanced_everyFaultAtBothStrengths_onEveryWorkloadThatCanHaveIt() {
        for (String id : Workload.ids()) {
            Workload workload = Workload.of(id).orElseThrow();
            List<Injection> injected =
                    Plan.BALANCED.unit(id, 1, List.of(Arm.NONE)).cases().stream()
                            .flatMap(each -> each.injections().stream())
                            .toList();
            for (Fault fault : Fault.values()) {
                boolean has =
                        fault != Fault.NONE
                                && (workload.tools() || !fault.needsTools())
                                && (workload.critic() || !fault.needsCritic());
                for (Strength strength : Strength.values()) {
                    assertThat(
                                    injected.stream()
                                            .anyMatch(
                                                    each ->
                                                            each.fault() == fault
                                                                    && each.strength() == strength))
                            .as(id + " " + fault + " " + strength)
                            .isEqualTo(has);
                }
            }
        }
    }

    @Test
    void full_hasEveryFaultFromTheFirstStep_too() {
        List<String> fromTheFirst =
                onsets(Plan.FULL, "lookup-ppo").stream()
                        .filter(each -> each.endsWith("-easy-from-1@1"))
                        .toList();
        List<String> inMidRun =
                onsets(Plan.FULL, "lookup-ppo").stream()
                        .filter(each -> each.matches(".*-easy@.*"))
                        .filter(each -> !each.matches("(hang|process-death)-.*"))
                        .toList();

        assertThat(fromTheFirst)
                .hasSameSizeAs(inMidRun)
                .contains("value-mismatch-easy-from-1@1", "tool-error-easy-from-1@1");
        assertThat(onsets(Plan.BALANCED, "lookup-ppo"))
                .filteredOn(each -> each.endsWith("-from-1@1"))
                .containsExactly(
                        "lr-spike-easy-from-1@1",
                        "reward-zero-easy-from-1@1",
                        "short-response-easy-from-1@1");
    }

    @Test
    void balanced_allArms_whereACriticIsAndWhereToolsAre() {
        List<Arm> all = List.of(Arm.values());
        for (String id : Workload.ids()) {
            boolean everyArm = id.equals("addition-ppo") || id.equals("lookup");

            assertThat(Plan.BALANCED.unit(id, 1, all).arms())
                    .isEqualTo(everyArm ? all : List.of(Arm.NONE, Arm.SUPERVISED));
            assertThat(Plan.FULL.unit(id, 1, all).arms()).isEqualTo(all);
        }
    }

    @Test
    void unit_ofAnotherSeed_hasTheSameCasesAtOtherSteps() {
        List<String> one = onsets(Plan.FULL, "addition");
        List<String> other =
                Plan.FULL.unit("addition", 2, List.of(Arm.NONE)).cases().stream()
                        .map(each -> each.id() + "@" + each.onset())
                        .toList();

        assertThat(new HashSet<>(other)).isNotEqualTo(new HashSet<>(one));
        assertThat(other.stream().map(name -> name.replaceAll("@.*", "")))
                .containsExactlyElementsOf(
                        one.stream().map(name -> name.replaceAll("@.*", "")).toList());
    }

    private static List<String> onsets(Plan plan, String workload) {
        return plan.unit(workload, 1, List.of(Arm.NONE)).cases().stream()
                .map(each -> each.id() + "@" + each.onset())
                .toList();
    }
}
