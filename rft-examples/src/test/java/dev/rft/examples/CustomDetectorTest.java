package dev.rft.examples;

import static dev.rft.api.signal.Signals.RESPONSE_LENGTH;
import static dev.rft.testkit.RftAssertions.assertThat;
import static dev.rft.testkit.Series.at;

import dev.rft.monitor.Detector;
import dev.rft.testkit.DetectorContract;
import dev.rft.testkit.Series;
import org.junit.jupiter.api.Test;

/**
 * What a test of one's own detector looks like: the contract is inherited, the rest is a line each.
 */
class CustomDetectorTest implements DetectorContract {

    @Override
    public Detector detector() {
        return new CustomDetector(900, 3);
    }

    @Override
    public Series healthy() {
        return Series.ar1(RESPONSE_LENGTH, 600, 0.5, 20, 1);
    }

    @Test
    void inspect_lengthOverTheLimit_firesAfterThreeSteps() {
        assertThat(detector())
                .on(Series.constant(RESPONSE_LENGTH, 600).stepTo(1_000, at(80)).steps(200))
                .firesWithin(3)
                .afterOnset(80);
    }

    @Test
    void inspect_singleLongSteps_staysSilent() {
        assertThat(detector())
                .on(Series.constant(RESPONSE_LENGTH, 600).spike(2_000, at(50)).steps(200))
                .staysSilent();
    }
}
