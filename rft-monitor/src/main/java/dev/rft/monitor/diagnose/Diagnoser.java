package dev.rft.monitor.diagnose;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.Finding;
import dev.rft.monitor.profile.Profile;
import java.util.List;

/** Names what is wrong. Deterministic, without state: what it needs it is given. */
@FunctionalInterface
public interface Diagnoser {

    /**
     * Ranks the possible causes.
     *
     * @param findings the present verdicts of all detectors
     * @param recent the last observations, oldest first, the present one last; never empty
     * @return the ranked causes
     */
    Diagnosis diagnose(List<Finding> findings, List<Observation> recent);

    /**
     * Returns this diagnoser for a run that is compared with earlier healthy ones, where it has no
     * healthy steps of its own to compare with. Unless overridden, this one as it is.
     *
     * @param profile what healthy runs of the same set-up look like
     * @return the diagnoser
     */
    default Diagnoser comparedWith(Profile profile) {
        return this;
    }
}
