using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Slerp.Connector.Tests.Doubles;

internal static class TestTools
{
    public static AIFunctionDeclaration Weather { get; } = AIFunctionFactory.CreateDeclaration(
        "get_weather",
        "The weather of a city.",
        JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""").RootElement);
}
