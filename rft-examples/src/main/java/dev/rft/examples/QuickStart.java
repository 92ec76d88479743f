package dev.rft.examples;

import dev.rft.api.control.Knob;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.Observation;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Monitor;
import dev.rft.recovery.RunReport;
import dev.rft.recovery.Supervisor;
import dev.rft.recovery.journal.JsonlJournal;
import java.io.IOException;
import java.nio.file.Path;

/** Puts a supervisor on a training loop of one's own. The README shows the marked lines. */
public final class QuickStart {

    private QuickStart() {}

    /**
     * Trains under supervision.
     *
     * @param trainer a trainer of one's own
     * @param journalFile receives the events, a line each
     * @param steps how many steps to train
     * @return how it went
     * @throws IOException when the journal cannot be opened
     */
    public static RunReport train(BanditTrainer trainer, Path journalFile, int steps)
            throws IOException {
        // quick-start
        TrainingLoop loop =
                TrainingLoop.ofSteps(key -> Observation.of(key, trainer.step(key)))
                        .withSnapshots(trainer::copyWeights, trainer::setWeights, 160)
                        .withKnob(
                                Knob.LEARNING_RATE,
                                trainer::learningRate,
                                trainer::setLearningRate);
        try (JsonlJournal journal = JsonlJournal.open(journalFile)) {
            return Supervisor.of(loop)
                    .monitor(Monitor.standard(AlarmBudget.perTenThousandSteps(1)))
                    .listener(journal)
                    .run(steps);
        }
        // end
    }
}
