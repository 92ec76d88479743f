package dev.rft.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.monitor.stats.ChangeChart.Path;
import dev.rft.monitor.stats.Reading.State;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** What a chart says it found lies beyond the limit that it states. */
class ReadingPropertyTest {

    @Property(tries = 400)
    void changeChart_whatIsFound_liesBeyondItsLimit(
            @ForAll long seed,
            @ForAll Path path,
            @ForAll boolean up,
            @ForAll @DoubleRange(min = 0, max = 0.97) double rho,
            @ForAll @DoubleRange(min = 0, max = 1) double tolerance,
            @ForAll @DoubleRange(min = -0.5, max = 0.5) double drift,
            @ForAll @DoubleRange(min = -40, max = 40) double shift) {
        Random random = new Random(seed);
        int sign = up ? 1 : -1;
        ChangeChart chart = new ChangeChart(sign, path, tolerance, 1e-4);
        double x = 0;
        for (int step = 1; step <= 150; step++) {
            double wild = random.nextInt(30) == 0 ? 10 : 1;
            x = rho * x + wild * random.nextGaussian();
            double value = x + (step > 60 ? shift + drift * (step - 60) : 0);
            double noise = step % 2 == 0 ? 0.5 : 0.1 * random.nextDouble();
            Reading reading = chart.read(value, noise, step);
            boolean found = reading.state() == State.ALARM || reading.state() == State.SUSPECT;
            if (found) {
                double compared = reading.mean().orElse(value);
                assertThat(sign * (compared - reading.limit()))
                        .as("step %s: %s", step, reading)
                        .isGreaterThan(-1e-9 * (1 + Math.abs(reading.limit())));
                assertThat(reading.onset().orElseThrow()).isBetween(1L, (long) step);
            } else {
                assertThat(reading.mean()).isEmpty();
            }
        }
    }

    /**
     * A mean since the onset is the mean of the values since the onset where all weigh the same.
     */
    @Property(tries = 50)
    void changeChart_meanOfADrift_isThatOfTheValuesSinceItsOnset(@ForAll long seed) {
        Random random = new Random(seed);
        ChangeChart chart = new ChangeChart(-1, Path.LEVEL, 0, 1e-4);
        double[] values = new double[101];
        // The noise is larger than what the values show, so that one deviation is always the same.
        for (int step = 1; step <= 100; step++) {
            values[step] = 0.1 * random.nextGaussian() - (step > 30 ? 2.5 : 0);
            Reading reading = chart.read(values[step], 1, step);
            if (reading.mean().isPresent()) {
                int since = (int) reading.onset().orElseThrow();
                double mean = 0;
                for (int i = since; i <= step; i++) {
                    mean += values[i] / (step - since + 1);
                }
                assertThat(reading.mean().getAsDouble()).isBetween(mean - 0.1, mean + 0.1);
            }
        }
    }

    @Property(tries = 400)
    void shareChart_anAlarm_isOfAShareBeyondWhatIsTolerated(
            @ForAll long seed,
            @ForAll @DoubleRange(min = 0, max = 0.6) double usual,
            @ForAll @DoubleRange(min = 0, max = 1) double later,
            @ForAll @DoubleRange(min = 0, max = 0.3) double tolerance,
            @ForAll @IntRange(min = 1, max = 2_000) int samples) {
        Random random = new Random(seed);
        ShareChart chart = new ShareChart(tolerance, 1e-3);
        for (int step = 1; step <= 200; step++) {
            double p = step > 120 && random.nextInt(3) > 0 ? later : usual;
            int n = 1 + random.nextInt(samples);
            double mean = p * n + Math.sqrt(n * p * (1 - p)) * random.nextGaussian();
            double share = Math.max(0, Math.min(n, Math.rint(mean))) / n;
            Reading reading = chart.read(share, n, step);
            if (reading.state() == State.ALARM) {
                assertThat(share).as("step %s", step).isGreaterThan(reading.limit());
                assertThat(reading.limit()).isGreaterThan(reading.expected());
            }
        }
    }

    @Example
    void shareChart_whereNearlyAllIsUsual_allIsNoAlarm() {
        ShareChart chart = new ShareChart(0.05, 1e-3);
        for (int step = 1; step <= 200; step++) {
            Reading reading = chart.read(step % 4 == 0 ? 0.98 : 1, 100, step);
            assertThat(reading.state()).as("step %s", step).isNotEqualTo(State.ALARM);
            if (step > ChangeChart.WARM_UP) {
                assertThat(reading.limit()).isGreaterThan(reading.expected());
            }
        }
    }
}
