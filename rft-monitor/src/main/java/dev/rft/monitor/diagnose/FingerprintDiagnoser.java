package dev.rft.monitor.diagnose;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.Finding;
import dev.rft.monitor.profile.Profile;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Ranks causes by how well what moved since the onset fits their fingerprints, which are data.
 *
 * <p>Implementation note. {@link Case} scores the causes. UNKNOWN has a constant score, so that a
 * cause must earn its rank. Probabilities are the softmax of the scores, divided by a temperature
 * that was fitted on labelled runs (Guo et al., 2017), and mixed with UNKNOWN: fingerprints that
 * were learned on some runs do not fit every other.
 */
public final class FingerprintDiagnoser implements Diagnoser {

    private final Fingerprints fingerprints;
    private final Optional<Profile> profile;

    FingerprintDiagnoser(Fingerprints fingerprints) {
        this(fingerprints, Optional.empty());
    }

    private FingerprintDiagnoser(Fingerprints fingerprints, Optional<Profile> profile) {
        this.fingerprints = fingerprints;
        this.profile = profile;
    }

    /** Returns the diagnoser with rft's own fingerprints. */
    public static FingerprintDiagnoser standard() {
        return new FingerprintDiagnoser(FingerprintsJson.standard());
    }

    /**
     * Returns a diagnoser with other fingerprints, or with rft's own and more; {@code
     * docs/fingerprints.md} describes the format.
     *
     * @param json a JSON object in UTF-8; read to its end and not closed
     * @return the diagnoser
     * @throws IOException when it cannot be read
     * @throws IllegalArgumentException when it is no JSON, or a key is unknown, missing or wrong;
     *     the message has the key's path
     */
    public static FingerprintDiagnoser of(InputStream json) throws IOException {
        return new FingerprintDiagnoser(FingerprintsJson.read(json));
    }

    @Override
    public FingerprintDiagnoser comparedWith(Profile healthy) {
        return new FingerprintDiagnoser(fingerprints, Optional.of(healthy));
    }

    @Override
    public Diagnosis diagnose(List<Finding> findings, List<Observation> recent) {
        if (recent.isEmpty()) {
            throw new IllegalArgumentException("recent: must not be empty");
        }
        if (findings.stream().noneMatch(Finding::alarm)) {
            return Diagnosis.unknown();
        }
        Case known = new Case(findings, recent, fingerprints.stages(), profile);
        List<Diagnosis.Candidate> ranked = softmax(scores(known));
        return new Diagnosis(ranked, new NextChecks(fingerprints, known.shifts()).of(ranked));
    }

    private List<Case.Score> scores(Case known) {
        List<Case.Score> scores = new ArrayList<>();
        scores.add(new Case.Score(Cause.UNKNOWN, fingerprints.abstain(), List.of(), List.of()));
        fingerprints.causes().forEach(fingerprint -> scores.add(known.score(fingerprint)));
        return scores;
    }

    private List<Diagnosis.Candidate> softmax(List<Case.Score> scores) {
        double largest = scores.stream().mapToDouble(Case.Score::value).max().orElse(0);
        double sum = scores.stream().mapToDouble(score -> weight(score, largest)).sum();
        return scores.stream()
                .map(
                        score ->
                                new Diagnosis.Candidate(
                                        score.cause(),
                                        carried(score.cause(), weight(score, largest) / sum),
                                        score.supporting(),
                                        score.opposing()))
                .sorted(Comparator.comparingDouble(Diagnosis.Candidate::probability).reversed())
                .toList();
    }

    private double weight(Case.Score score, double largest) {
        return Math.exp((score.value() - largest) / fingerprints.temperature());
    }

    /** Mixes in that nothing known fits, however well one fits better than the others. */
    private double carried(Cause cause, double probability) {
        double carries = fingerprints.carries();
        return carries * probability + (cause == Cause.UNKNOWN ? 1 - carries : 0);
    }
}
