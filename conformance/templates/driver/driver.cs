// A driver for Tokenproof: it lets Tokenproof test a token client, over standard input and output. What is marked TODO stands
// where your client belongs. `tokenproof check-driver 'dotnet run driver.cs'` tells whether it works. Needs .NET 10.
using System.Collections.Concurrent; using System.Net.Security; using System.Security.Cryptography.X509Certificates; using System.Text.Json.Nodes;

// TODO what your client can do: docs/driver-protocol.md has the list
const string Can = """{"grants":["client_credentials"],"auth":["post"],"ops":["set_clock"],"clock":"driven","concurrency":64,"reuse":true}""";
var clients = new ConcurrentDictionary<string, Client>();
var printing = new object();

async Task<JsonObject> Answer(string op, JsonNode ask)
{
    Client Named() => clients.TryGetValue($"{ask["client"]}", out var found) ? found : throw new ArgumentException("no such client is open");
    if (ask["now"] is { } now) Clock.Now = DateTimeOffset.Parse($"{now}");
    if (op == "open") clients[$"{ask["client"]}"] = new Client(ask);
    if (op == "close") { Named(); clients.TryRemove($"{ask["client"]}", out _); }
    return op switch
    {
        "hello" => new() { ["ok"] = new JsonObject { ["version"] = 1, ["name"] = "example-csharp", ["can"] = JsonNode.Parse(Can) } }, // TODO its name
        "get_token" => new() { ["ok"] = new JsonObject { ["token"] = await Named().GetToken() } },
        "open" or "set_clock" or "close" => new() { ["ok"] = new JsonObject() },
        _ => new() { ["unsupported"] = $"this driver has no {op}" },
    };
}
async Task Respond(string line)
{
    var ask = JsonNode.Parse(line)!;
    JsonObject said;
    try { said = await Answer($"{ask["op"]}", ask); } // TODO its classes
    catch (Exception e) { said = new() { ["err"] = new JsonObject { ["native"] = e.GetType().FullName, ["message"] = e.Message } }; }
    said["id"] = (long)ask["id"]!;
    lock (printing) Console.WriteLine(said.ToJsonString());
}
while (await Console.In.ReadLineAsync() is { } line) _ = Task.Run(() => Respond(line));

static class Clock { public static DateTimeOffset Now; }
class Client // TODO your client in its place; its time must be `Clock.Now`, or declare another kind of clock in `Can`
{
    readonly JsonNode ask; readonly HttpClient http; readonly SemaphoreSlim one = new(1); string token = ""; DateTimeOffset freshUntil;
    public Client(JsonNode setup)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPem($"{setup["idp"]!["ca_pem"]}");
        (ask, http) = (setup, new(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust } }));
    }
    public async Task<string> GetToken()
    {
        await one.WaitAsync(); // many callers, one request
        try
        {
            var now = Clock.Now;
            if (now < freshUntil) return token;
            var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = $"{ask["auth"]!["client_id"]}",
                ["client_secret"] = $"{ask["auth"]!["client_secret"]}", ["scope"] = string.Join(' ', ask["scopes"]!.AsArray()) };
            var reply = await http.PostAsync($"{ask["idp"]!["token_url"]}", new FormUrlEncodedContent(form));
            reply.EnsureSuccessStatusCode();
            var said = JsonNode.Parse(await reply.Content.ReadAsStringAsync())!;
            var lifetime = (double)said["expires_in"]!;
            freshUntil = now.AddSeconds(lifetime - Math.Min(300, lifetime / 2));
            return token = $"{said["access_token"]}";
        }
        finally { one.Release(); }
    }
}
