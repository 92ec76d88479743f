package dev.rft.monitor;

/**
 * The one number from which thresholds follow: how many false alarms all detectors together may
 * give on a healthy run.
 *
 * @param falseAlarmsPerStep per executed step, in (0, 0.1]
 */
public record AlarmBudget(double falseAlarmsPerStep) {

    /** Checks the range. */
    public AlarmBudget {
        if (!(falseAlarmsPerStep > 0 && falseAlarmsPerStep <= 0.1)) {
            throw new IllegalArgumentException(
                    "alarm budget: must be in (0, 0.1] false alarms per step, was "
                            + falseAlarmsPerStep);
        }
    }

    /**
     * Makes a budget from a rate per ten thousand steps.
     *
     * @param falseAlarms false alarms per 10,000 healthy steps, in (0, 1000]
     * @return the budget
     */
    public static AlarmBudget perTenThousandSteps(double falseAlarms) {
        return new AlarmBudget(falseAlarms / 10_000);
    }
}
