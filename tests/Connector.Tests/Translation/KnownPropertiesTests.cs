using Microsoft.Extensions.AI;
using Slerp.Connector.Resilience;
using Slerp.Connector.Translation;
using Slerp.Engine;

namespace Slerp.Connector.Tests.Translation;

public sealed class KnownPropertiesTests
{
    // Frameworks carry the properties of an answer into the history: whatever is written must be taken back.
    [Fact]
    public void EverythingAnAnswerMaySay_MayComeBackWithTheHistory()
    {
        var generation = new GenerationRequest
        {
            Prompt = new Prompt.Raw("a"),
            Sampling = SamplingMode.Greedy.Instance,
            Penalties = Penalties.None,
            MaxOutputTokens = 1,
            StopSequences = [],
            Output = OutputForm.FreeText.Instance,
            Drafter = "vanilla",
            Tenant = "t",
        };
        var record = new DecodingRecord
        {
            Fallback = new DecodingOutcome { Reason = FallbackReason.Quality, Check = "c" },
            Cutoff = 0.5,
            Compared = (1, 0.9),
        };
        var said = new ResponseTranslator(new TranslatedRequest(generation, 1, AnswerReading.PlainText), "m", "r", DateTimeOffset.UnixEpoch).Final(record).AdditionalProperties!;
        Assert.Equal(11, said.Count);
        KnownProperties.ThrowIfUnknown([new ChatMessage(ChatRole.Assistant, [new TextContent("a") { AdditionalProperties = said }]) { AdditionalProperties = said }]);
    }
}
