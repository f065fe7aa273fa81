namespace Slerp.Samples.Chat;

/// <summary>Ctrl+C: cancels the answer in progress; where there is none, the process ends as usual.</summary>
internal sealed class Interrupt : IDisposable
{
    private CancellationTokenSource? _running;

    public Interrupt() => Console.CancelKeyPress += OnCancelKey;

    /// <summary>A token for the next answer.</summary>
    public CancellationToken Arm()
    {
        Disarm();
        return (_running = new CancellationTokenSource()).Token;
    }

    /// <summary>The answer is over.</summary>
    public void Disarm() => Interlocked.Exchange(ref _running, null)?.Dispose();

    public void Dispose()
    {
        Console.CancelKeyPress -= OnCancelKey;
        Disarm();
    }

    private void OnCancelKey(object? sender, ConsoleCancelEventArgs e)
    {
        if (_running is { IsCancellationRequested: false } running)
        {
            e.Cancel = true;
            running.Cancel();
        }
    }
}
