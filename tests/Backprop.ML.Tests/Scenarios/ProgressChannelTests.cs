using Backprop.ML.Tasks;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>ML.NET shows its progress channels to nobody, so the test listens from a host of its own, in front of the real one.</summary>
public class ProgressChannelTests
{
    [Fact]
    public void The_progress_channel_gets_a_checkpoint_every_epoch_under_headings_that_name_the_numbers()
    {
        var ml = new MLContext(seed: 1);
        var host = new ListeningHost(((IHostEnvironment)ml).Register("Test"));
        var trainer = new BackpropTrainer(host, Synthetic.Brief(Synthetic.Flag), [.. LearningTask.OfLabels]);

        var model = trainer.Fit(Synthetic.Prepared(ml, 100), Synthetic.Prepared(ml, 100, seed: 2)).Model;

        Assert.Equal(["Loss", "Validation loss", "Learning rate"], host.Header!.MetricNames);
        Assert.Equal(["epochs"], host.Header.UnitNames);
        Assert.Equal(
            model.History.Select(report => new double?[] { report.TrainingLoss, report.ValidationLoss, report.LearningRate, report.Epoch }),
            host.Checkpoints);
        Assert.Equal(host.Checkpoints.Count, host.PulledProgress.Count);
        Assert.All(host.PulledProgress.Select((pulled, index) => (pulled, index)), at => Assert.Equal((0, at.index + 1.0, 5.0), at.pulled));
        Assert.True(host.ChannelWasClosed);
    }

    private sealed class ListeningHost(IHost host) : IHost
    {
        public ProgressHeader? Header { get; private set; }

        public List<double?[]> Checkpoints { get; } = [];

        public List<(int Unit, double Value, double Limit)> PulledProgress { get; } = [];

        public bool ChannelWasClosed { get; private set; }

        public Random Rand => host.Rand;

        public ComponentCatalog ComponentCatalog => host.ComponentCatalog;

        public string ContextDescription => host.ContextDescription;

        public IHost Register(string name, int? seed = null, bool? verbose = null) => this;

        public IChannel Start(string name) => host.Start(name);

        public IPipe<TMessage> StartPipe<TMessage>(string name) => host.StartPipe<TMessage>(name);

        public TException Process<TException>(TException ex) where TException : Exception => host.Process(ex);

        public IProgressChannel StartProgressChannel(string name) => new Channel(this, host.StartProgressChannel(name));

        private sealed class Channel(ListeningHost owner, IProgressChannel channel) : IProgressChannel
        {
            private Action<IProgressEntry>? _fill;

            public void SetHeader(ProgressHeader header, Action<IProgressEntry> fillAction)
            {
                (owner.Header, _fill) = (header, fillAction);
                channel.SetHeader(header, fillAction);
            }

            public void Checkpoint(params double?[] values)
            {
                owner.Checkpoints.Add(values);
                _fill!(new Entry(owner));
                channel.Checkpoint(values); // the real one objects to more values than the header names
            }

            public IProgressChannel StartProgressChannel(string name) => channel.StartProgressChannel(name);

            public void Dispose()
            {
                owner.ChannelWasClosed = true;
                channel.Dispose();
            }
        }

        private sealed class Entry(ListeningHost owner) : IProgressEntry
        {
            public void SetProgress(int index, double value) => Assert.Fail("A progress bar needs the number of epochs too.");

            public void SetProgress(int index, double value, double lim) => owner.PulledProgress.Add((index, value, lim));

            public void SetMetric(int index, double value)
            {
            }
        }
    }
}
