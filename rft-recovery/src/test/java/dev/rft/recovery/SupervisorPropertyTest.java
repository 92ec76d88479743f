package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.recovery.QuadraticLoop.Fault;
import dev.rft.recovery.event.RftEvent;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SupervisorPropertyTest {

    /**
     * The faults: none, hidden multiplier, dead verifier, and gradients that are not finite, each
     * lasting or not.
     */
    private static QuadraticLoop faulty(int seed, int fault, int from, int lasting) {
        QuadraticLoop loop = new QuadraticLoop(seed);
        Fault when = Fault.during(from, from + (long) lasting * lasting);
        switch (fault) {
            case 1 -> loop.hiddenMultiplier = when;
            case 2 -> loop.deadVerifier = when;
            case 3 -> loop.nan = when;
            default -> {}
        }
        return loop;
    }

    @Property(tries = 150)
    void anyFault_endsInAWholeStateWithAnOrderlyStory(
            @ForAll @IntRange(min = 1, max = 10_000) int seed,
            @ForAll @IntRange(min = 0, max = 3) int fault,
            @ForAll @IntRange(min = 31, max = 90) int from,
            @ForAll @IntRange(min = 0, max = 20) int lasting) {
        QuadraticLoop loop = faulty(seed, fault, from, lasting);
        Fixtures.Recorder recorder = new Fixtures.Recorder();

        RunReport report = Fixtures.supervisor(loop).listener(recorder).run(120);

        assertThat(loop.openSnapshots).isZero();
        assertThat(Math.hypot(loop.state.x(), loop.state.y())).isFinite();
        assertThat(report.executedSteps()).isEqualTo(loop.executed());
        assertThat(report.completed()).isEqualTo(report.key().step() == 120);
        List<RftEvent.ActionTaken> taken = recorder.of(RftEvent.ActionTaken.class);
        assertThat(taken.size()).isLessThanOrEqualTo(60);
        assertThat(recorder.of(RftEvent.ActionVerified.class).size())
                .isBetween(taken.size() - 1, taken.size());
        // Each step follows the one before it, or the state that an action brought back.
        assertThat(recorder.observations()).extracting(Observation::key).isSorted();
        for (int i = 0; i < report.incidents().size(); i++) {
            assertThat(report.incidents().get(i).number()).isEqualTo(i + 1);
        }
    }

    @Property(tries = 20)
    void noFault_isNeverTouched(@ForAll @IntRange(min = 1, max = 10_000) int seed) {
        QuadraticLoop loop = new QuadraticLoop(seed);

        RunReport report = Fixtures.supervisor(loop).run(200);

        assertThat(report.incidents()).isEmpty();
        assertThat(report.executedSteps()).isEqualTo(200);
    }
}
