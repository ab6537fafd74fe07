# The command zoo: a static binary, run by a user without rights.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /zoo ./cmd/zoo

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /zoo /zoo
USER 65532:65532
EXPOSE 8080 8081 8082
ENTRYPOINT ["/zoo"]
