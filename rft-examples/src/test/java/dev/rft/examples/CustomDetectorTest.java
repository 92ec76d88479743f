package dev.rft.examples;

import static dev.rft.api.signal.Signals.RESPONSE_LENGTH;
import static dev.rft.testkit.RftAssertions.assertThat;
import static dev.rft.testkit.Series.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.Detector;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.MonitorConfig;
import dev.rft.testkit.DetectorContract;
import dev.rft.testkit.Series;
import java.util.List;
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

    @Test
    void provider_namedInAConfiguration_isFoundAndTold() {
        Monitor monitor =
                MonitorConfig.fromJson(
                                """
                                {"detectors": [{"name": "too-long", "settings": {"limit": 500}}]}
                                """)
                        .monitor();
        List<Finding> last = List.of();
        for (Observation step : Series.constant(RESPONSE_LENGTH, 600).steps(3)) {
            last = monitor.inspect(step);
        }

        assertThat(last.stream().filter(Finding::alarm).map(Finding::detector).toList())
                .containsExactly("too-long");
    }

    @Test
    void provider_unknownSetting_isRefusedWithThoseThatThereAre() {
        assertThatThrownBy(
                        () ->
                                MonitorConfig.fromJson(
                                        "{\"detectors\": [{\"name\": \"too-long\", \"settings\":"
                                                + " {\"limit\": 500, \"step\": 2}}]}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "monitor config: detectors[0].settings.step: unknown key, must be one of"
                                + " [limit, steps]");
    }
}
