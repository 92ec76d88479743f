package dev.rft.monitor.detect;

import dev.rft.api.signal.Signal;
import dev.rft.monitor.DetectorFactory;
import dev.rft.monitor.DetectorProvider;
import dev.rft.monitor.DetectorSettings;
import dev.rft.monitor.EvidenceClass;

/** Watches any signal for a change, as a configuration asks for it. */
final class ChangeProvider implements DetectorProvider {

    @Override
    public String name() {
        return "change";
    }

    @Override
    public DetectorFactory create(DetectorSettings settings) {
        Signal named = settings.signal("signal");
        Signal signal =
                Signal.of(
                        named.name(),
                        named.unit(),
                        settings.constant("adverse", named.adverse()),
                        settings.constant("scale", named.scale()));
        if (signal.adverse() == Signal.Direction.NONE) {
            throw new IllegalArgumentException(
                    "adverse: must be UP, DOWN or EITHER for " + signal + ", was NONE");
        }
        return Detectors.change(
                settings.text("id", signal + "-change"),
                settings.constant("evidence", EvidenceClass.INFRASTRUCTURE),
                signal);
    }
}
