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
                        adverse(settings.text("adverse", ""), named),
                        settings.constant("scale", named.scale()));
        return Detectors.change(
                settings.text("id", signal + "-change"),
                settings.constant("evidence", EvidenceClass.INFRASTRUCTURE),
                signal);
    }

    /** The direction that was given; where none was, that of a signal that rft knows. */
    private static Signal.Direction adverse(String given, Signal signal) {
        String adverse = given.isEmpty() ? signal.adverse().name() : given;
        return switch (adverse) {
            case "UP" -> Signal.Direction.UP;
            case "DOWN" -> Signal.Direction.DOWN;
            case "EITHER" -> Signal.Direction.EITHER;
            default ->
                    throw new IllegalArgumentException(
                            "adverse: must be UP, DOWN or EITHER for "
                                    + signal
                                    + (given.isEmpty()
                                            ? ", is missing: rft does not know its direction"
                                            : ", was '" + given + "'"));
        };
    }
}
