using Microsoft.Extensions.AI;

namespace Slerp.Benchmarks.Soak;

/// <summary>Asks one request after another, and cancels or leaves some of them by chance.</summary>
/// <param name="client">Whom it asks.</param>
/// <param name="embeddings">Where it has texts embedded now and then.</param>
/// <param name="tally">How requests ended.</param>
/// <param name="seed">Of its chances.</param>
internal sealed class SoakCaller(IChatClient client, IEmbeddingGenerator<string, Embedding<float>> embeddings, SoakTally tally, int seed)
{
    /// <summary>No request of a soak needs so long: one that does hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Random _random = new(seed);

    /// <summary>Asks until the time is over.</summary>
    public async Task RunAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var isCancelled = _random.Next(3) == 0;
            using var cancellation = new CancellationTokenSource(isCancelled ? TimeSpan.FromMilliseconds(_random.Next(0, 2000)) : Patience);
            await AskAsync(isCancelled, cancellation.Token);
        }
    }

    private async Task AskAsync(bool isCancelled, CancellationToken cancellationToken)
    {
        var request = SoakRequest.Draw(_random);
        var kind = request.Kind;
        try
        {
            switch (_random.Next(8))
            {
                case 0:
                    kind = "embedding";
                    await embeddings.GenerateAsync([request.Messages[^1].Text, request.Messages[0].Text], cancellationToken: cancellationToken);
                    tally.Answer(0);
                    break;
                case 1 or 2 or 3:
                    Judge(request, await client.GetResponseAsync(request.Messages, request.Options, cancellationToken));
                    break;
                case 4:
                    await LeaveAsync(request, cancellationToken);
                    break;
                default:
                    Judge(request, await client.GetStreamingResponseAsync(request.Messages, request.Options, cancellationToken).ToChatResponseAsync(cancellationToken));
                    break;
            }
        }
        catch (OperationCanceledException failure) when (isCancelled && failure.CancellationToken == cancellationToken)
        {
            tally.Cancel();
        }
        catch (OperationCanceledException failure)
        {
            tally.Fail(isCancelled ? $"{kind}: cancelled, but with another token: {failure}" : $"{kind}: no answer within {Patience}.");
        }
#pragma warning disable CA1031 // Whatever a request fails with is what the soak is for.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            tally.Fail($"{kind}: {failure}");
        }
    }

    private void Judge(SoakRequest request, ChatResponse response)
    {
        if (request.IsSound(response))
        {
            tally.Answer(response.Usage?.OutputTokenCount ?? 0);
        }
        else
        {
            tally.Fail($"{request.Kind}: '{response.Text}' is not what was asked for.");
        }
    }

    private async Task LeaveAsync(SoakRequest request, CancellationToken cancellationToken)
    {
        var most = _random.Next(1, 6);
        await foreach (var update in client.GetStreamingResponseAsync(request.Messages, request.Options, cancellationToken))
        {
            if (update.Contents.Count > 0 && --most == 0)
            {
                tally.Leave();
                return;
            }
        }

        tally.Answer(0);
    }
}
