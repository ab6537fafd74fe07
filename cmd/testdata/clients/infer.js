// Sends a request of the Open Inference Protocol with @grpc/grpc-js, which shares no code with ours, and prints the raw output.
// Arguments: the .proto, the address, and the tensors as JSON, each {name, shape, datatype, raw} with raw in hexadecimal.
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const [proto, address, tensors] = process.argv.slice(2);
const { inference } = grpc.loadPackageDefinition(loader.loadSync(proto, { keepCase: true }));
const client = new inference.GRPCInferenceService(address, grpc.credentials.createInsecure());
const inputs = JSON.parse(tensors);
const request = {
  model_name: "run",
  inputs: inputs.map(({ name, shape, datatype }) => ({ name, shape, datatype })),
  raw_input_contents: inputs.map(({ raw }) => Buffer.from(raw, "hex")),
};
client.ModelInfer(request, (error, answer) => {
  if (error) {
    console.error(error.message);
    process.exit(1);
  }
  console.log(answer.raw_output_contents[0].toString("hex"));
  client.close();
});
