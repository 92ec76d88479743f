package dev.rft.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the monitor remembers does not grow with the run. */
class MonitorMemoryTest {

    private static final int SETTLED = 2_000;
    private static final long SLACK = 512 << 10;

    private final Monitor monitor = Monitor.standard(AlarmBudget.perTenThousandSteps(1));
    private final List<Observation> observations = observations();
    private int next;

    @Test
    void save_tenThousandSteps_holdsAsMuchAsAfterTwo() {
        run(SETTLED);
        long settled = numbers();
        run(8_000);
        assertThat(numbers()).isEqualTo(settled).isBetween(1_000L, 10_000L);
    }

    /** A leak of one byte per step would be twice the slack. */
    @Test
    @Tag("slow")
    void inspect_millionSteps_holdsNoMoreMemory() {
        run(50_000);
        long settled = numbers();
        long before = usedHeap();
        run(1_000_000);
        assertThat(numbers()).isEqualTo(settled);
        assertThat(usedHeap() - before).isLessThan(SLACK);
    }

    private void run(int steps) {
        for (int i = 0; i < steps; i++) {
            monitor.inspect(observations.get(next));
            next = (next + 1) % observations.size();
        }
    }

    /** How many numbers the monitor's state is. */
    private long numbers() {
        return monitor.save().detectors().values().stream()
                .flatMap(state -> state.values().values().stream())
                .mapToLong(values -> values.length)
                .sum();
    }

    private static long usedHeap() {
        System.gc();
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Steps that report every signal; each signal wanders, so that there are suspicions too. */
    private static List<Observation> observations() {
        Random random = new Random(1);
        Map<Signal, Double> wandering = new TreeMap<>();
        Signals.all().forEach(signal -> wandering.put(signal, 0.0));
        List<Observation> observations = new ArrayList<>();
        for (int step = 1; step <= 4_000; step++) {
            wandering.replaceAll((signal, x) -> 0.9 * x + 0.4 * random.nextGaussian());
            Map<Signal, Double> values = new TreeMap<>();
            wandering.forEach((signal, x) -> values.put(signal, 1 / (1 + Math.exp(-0.2 * x))));
            observations.add(Observation.of(step, values));
        }
        return observations;
    }
}
