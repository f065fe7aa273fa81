using System.Text.Json;

namespace Slerp.Tests.Shared.Engine;

/// <summary>Schemas and answers to them, as an application has them: what the cost of masks is measured on.</summary>
internal static class SchemaCases
{
    private const string OrderSchema = """
        {"type":"object","properties":{
          "id":{"type":"integer","minimum":1,"maximum":999999},
          "customer":{"type":"object","properties":{"name":{"type":"string","minLength":1,"maxLength":80},"email":{"type":"string","pattern":"^[^@ ]+@[^@ ]+$"},"vip":{"type":"boolean"}},"required":["name","email"],"additionalProperties":false},
          "lines":{"type":"array","items":{"type":"object","properties":{"sku":{"type":"string","pattern":"^[A-Z]{3}-[0-9]{4}$"},"title":{"type":"string"},"quantity":{"type":"integer","minimum":1},"price":{"type":"number","minimum":0}},"required":["sku","title","quantity","price"],"additionalProperties":false}},
          "status":{"enum":["open","paid","shipped","returned"]},
          "note":{"anyOf":[{"type":"string"},{"type":"null"}]}},
         "required":["id","customer","lines","status"],"additionalProperties":false}
        """;

    private const string Order = """
        {"id": 48213, "customer": {"name": "Margarethe Küçükoğlu-Lindström", "email": "margarethe@example.org", "vip": true}, "lines": [{"sku": "ABC-1234", "title": "A rather long description of a small blue lamp that stands on a desk and lights the page", "quantity": 2, "price": 129.95}, {"sku": "XYZ-0001", "title": "Replacement bulb, warm white, \"E27\" socket", "quantity": 10, "price": 3.5}, {"sku": "QQQ-7777", "title": "灯罩 (lamp shade) in paper, folded by hand", "quantity": 1, "price": 45}], "status": "shipped", "note": "Please ring twice and leave the parcel with the neighbours if nobody answers. The door code is on the label; do not write it down anywhere else, and thank you very much for your patience."}
        """;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A name, a schema, a text that satisfies it.</summary>
    public static IReadOnlyList<(string Name, string Schema, string Text)> All { get; } =
    [
        ("order schema", OrderSchema, Order.Trim()),
        ("any JSON object", """{"type":"object"}""", Order.Trim()),
        ("any JSON, pretty", "true", JsonSerializer.Serialize(JsonElement.Parse(Order), Indented)),
    ];
}
