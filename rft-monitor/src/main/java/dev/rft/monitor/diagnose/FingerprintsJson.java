package dev.rft.monitor.diagnose;

import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.json.JsonFields;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Fingerprints as JSON. A file either holds all of them, or extends rft's own: then its weights are
 * added to theirs, and its numbers take the place of theirs.
 */
final class FingerprintsJson {

    /** The value of {@code extends}. */
    static final String STANDARD = "standard";

    private static final String ABSTAIN = "abstain";
    private static final String TEMPERATURE = "temperature";
    private static final String CARRIES = "carries";
    private static final String STAGES = "stages";
    private static final String WITNESSES = "witnesses";
    private static final String CAUSES = "causes";
    private static final String CHECKS = "checks";
    private static final List<String> KEYS =
            List.of(
                    "about",
                    "extends",
                    ABSTAIN,
                    TEMPERATURE,
                    CARRIES,
                    STAGES,
                    WITNESSES,
                    CAUSES,
                    CHECKS);

    private FingerprintsJson() {}

    static Fingerprints standard() {
        try (InputStream json =
                Objects.requireNonNull(
                        FingerprintsJson.class.getResourceAsStream("fingerprints.json"),
                        "fingerprints.json")) {
            return read(json);
        } catch (IOException broken) {
            throw new UncheckedIOException("fingerprints.json: cannot be read", broken);
        }
    }

    static Fingerprints read(InputStream json) throws IOException {
        return read(JsonFields.parse(new String(json.readAllBytes(), StandardCharsets.UTF_8)));
    }

    private static Fingerprints read(JsonFields json) {
        json.only(KEYS);
        if (json.has("about")) {
            json.text("about");
        }
        if (!json.has("extends")) {
            return json.checked(
                    () ->
                            new Fingerprints(
                                    stages(json, new Stages(Map.of(), Set.of())),
                                    json.list(CAUSES, FingerprintsJson::cause),
                                    json.has(CHECKS)
                                            ? json.list(CHECKS, FingerprintsJson::experiment)
                                            : List.of(),
                                    json.finite(ABSTAIN),
                                    json.has(TEMPERATURE) ? json.finite(TEMPERATURE) : 1,
                                    json.finite(CARRIES)));
        }
        if (!json.text("extends").equals(STANDARD)) {
            throw json.wrong(
                    "extends", "must be " + STANDARD + ", was '" + json.text("extends") + "'");
        }
        return extended(json, standard());
    }

    private static Fingerprints extended(JsonFields json, Fingerprints base) {
        Map<Cause, Fingerprint> causes = new LinkedHashMap<>();
        base.causes().forEach(cause -> causes.put(cause.cause(), cause));
        if (json.has(CAUSES)) {
            json.list(CAUSES, FingerprintsJson::cause)
                    .forEach(added -> causes.merge(added.cause(), added, Fingerprint::plus));
        }
        List<Experiment> checks = new ArrayList<>(base.checks());
        if (json.has(CHECKS)) {
            checks.addAll(json.list(CHECKS, FingerprintsJson::experiment));
        }
        return json.checked(
                () ->
                        new Fingerprints(
                                stages(json, base.stages()),
                                List.copyOf(causes.values()),
                                checks,
                                json.has(ABSTAIN) ? json.finite(ABSTAIN) : base.abstain(),
                                json.has(TEMPERATURE)
                                        ? json.finite(TEMPERATURE)
                                        : base.temperature(),
                                json.has(CARRIES) ? json.finite(CARRIES) : base.carries()));
    }

    private static Stages stages(JsonFields json, Stages base) {
        Map<Signal, Stage> of = new HashMap<>(base.of());
        if (json.has(STAGES)) {
            JsonFields given = json.object(STAGES);
            for (Stage stage : Stage.values()) {
                if (given.has(stage.name())) {
                    given.texts(stage.name())
                            .forEach(signal -> of.put(Signals.named(signal), stage));
                }
            }
            given.end();
        }
        Set<Signal> witnesses = new HashSet<>(base.witnesses());
        if (json.has(WITNESSES)) {
            json.texts(WITNESSES).forEach(signal -> witnesses.add(Signals.named(signal)));
        }
        return new Stages(of, witnesses);
    }

    private static Fingerprint cause(JsonFields json) {
        json.only(List.of("cause", "stage", "alarms", "shifts", "needs"));
        Map<String, Double> alarms = new HashMap<>();
        if (json.has("alarms")) {
            JsonFields weights = json.object("alarms");
            weights.names().forEach(id -> alarms.put(id, weights.finite(id)));
        }
        return new Fingerprint(
                json.constant("cause", Cause.class),
                json.has("stage")
                        ? Optional.of(json.constant("stage", Stage.class))
                        : Optional.empty(),
                alarms,
                json.has("shifts") ? json.list("shifts", FingerprintsJson::trait) : List.of(),
                json.has("needs")
                        ? json.texts("needs").stream()
                                .map(Signals::named)
                                .collect(Collectors.toSet())
                        : Set.of());
    }

    private static Fingerprint.Trait trait(JsonFields json) {
        json.only(List.of("signal", "direction", "weight", "beyond", "silence"));
        Signal signal = Signals.named(json.text("signal"));
        Signal.Direction direction = json.constant("direction", Signal.Direction.class);
        double weight = json.finite("weight");
        double beyond = json.has("beyond") ? json.finite("beyond") : 0;
        double silence = json.has("silence") ? json.finite("silence") : 0;
        return json.checked(
                () -> new Fingerprint.Trait(signal, direction, weight, beyond, silence));
    }

    private static Experiment experiment(JsonFields json) {
        json.only(List.of("check", "weight", "findings", "otherwise"));
        Map<Cause, String> findings = new EnumMap<>(Cause.class);
        JsonFields given = json.object("findings");
        for (Cause cause : Cause.values()) {
            if (given.has(cause.name())) {
                findings.put(cause, given.text(cause.name()));
            }
        }
        given.end();
        String what = json.text("check");
        double weight = json.finite("weight");
        String otherwise = json.text("otherwise");
        return json.checked(() -> new Experiment(what, weight, findings, otherwise));
    }
}
